#pragma once
// Attaching to whatever the kernel lets BPF_PROG_ATTACH name by a descriptor.

#include <bccxx/runtime/link.hpp>
#include <bccxx/runtime/program.hpp>
#include <bccxx/support/export.hpp>

#include <cstdint>

namespace bccxx::runtime {

/// Attaches a program to a descriptor, of which a copy is kept; -1 stands for what needs none, the network namespace of
/// this process. Ends with the link, but not when the process is killed: the kernel keeps it with what it is attached
/// to.
///
/// Throws: AttachError
/// Source: bcc attach_func
[[nodiscard]] BCCXX_API Link attach_descriptor(const Program& program, int descriptor, std::uint32_t attach_type,
                                               std::uint32_t flags);

}  // namespace bccxx::runtime
