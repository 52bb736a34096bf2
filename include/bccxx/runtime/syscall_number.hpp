#pragma once
// System calls by number, as tracepoints and raw tracepoints of system calls give them.

#include <bccxx/support/export.hpp>

#include <optional>
#include <string>

namespace bccxx {

/// "execve" for this machine's number of it; "[unknown: N]" for a number that was not known when bccxx was built.
///
/// Source: bcc syscall.syscall_name
[[nodiscard]] BCCXX_API std::string syscall_name(int number);

/// The number of a system call on this machine.
///
/// Returns: nullopt when there is none of that name
[[nodiscard]] BCCXX_API std::optional<int> syscall_number(const std::string& name);

}  // namespace bccxx
