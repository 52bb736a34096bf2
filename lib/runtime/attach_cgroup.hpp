#pragma once
// Attaching to cgroups.

#include <bccxx/runtime/link.hpp>
#include <bccxx/runtime/program.hpp>
#include <bccxx/support/export.hpp>

#include <cstdint>
#include <string>

namespace bccxx::runtime {

/// Attaches a cgroup program to a cgroup2 directory by a link.
///
/// `attach_type` is the kernel's BPF_CGROUP_…
/// Throws: AttachError when the directory is no cgroup2 or the kernel refuses
/// Kernel: 5.7 (bpf_link for cgroups)
/// Source: bcc attach_func
[[nodiscard]] BCCXX_API Link attach_cgroup(const Program& program, const std::string& directory,
                                           std::uint32_t attach_type);

}  // namespace bccxx::runtime
