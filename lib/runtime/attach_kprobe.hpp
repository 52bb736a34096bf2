#pragma once
// Attaching to functions of the kernel.

#include <bccxx/runtime/link.hpp>
#include <bccxx/runtime/program.hpp>
#include <bccxx/support/export.hpp>

#include <cstdint>
#include <string>

namespace bccxx::runtime {

/// Attaches a program of type kprobe `offset` bytes into a function of the kernel, which may be "module:function".
///
/// Throws: AttachError that says which it is: no such function (with the nearest names), changed or inlined by the
///         compiler, a kernel without kprobes, blacklisted, not traceable, several functions of that name, not
///         permitted
/// Kernel: 4.17 (the kprobe PMU); a bpf_link from 5.15
/// Source: bcc attach_kprobe
[[nodiscard]] BCCXX_API Link attach_kprobe(const Program& program, const std::string& function,
                                           std::uint64_t offset = 0);

/// Attaches a program of type kprobe where a function of the kernel returns.
///
/// With `maxactive` calls that may be under way at once, the probe is an event of tracefs, which a Guardian removes.
///
/// Throws: AttachError, also where tracefs has no kprobe_events
/// Kernel: 4.12 for maxactive
/// Source: bcc attach_kretprobe
[[nodiscard]] BCCXX_API Link attach_kretprobe(const Program& program, const std::string& function, int maxactive = 0);

}  // namespace bccxx::runtime
