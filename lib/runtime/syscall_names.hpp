#pragma once
// System calls: their function in this kernel, their tracepoints.

#include <bccxx/support/export.hpp>

#include <optional>
#include <string>

namespace bccxx::runtime {

/// What the kernel puts before the name of a system call to name its function, for example "__x64_sys_".
///
/// Throws: SystemError when /proc/kallsyms cannot be read
/// Source: bcc get_syscall_prefix
[[nodiscard]] BCCXX_API const std::string& get_syscall_prefix();

/// The kernel function of a system call: "execve" gives "__x64_sys_execve".
///
/// Source: bcc get_syscall_fnname
[[nodiscard]] BCCXX_API std::string get_syscall_fnname(const std::string& name);

/// A function name that begins with any kernel's prefix, with this kernel's instead; other names unchanged.
///
/// Source: bcc fix_syscall_fnname
[[nodiscard]] BCCXX_API std::string fix_syscall_fnname(const std::string& function);

/// The system call a function name stands for, without a prefix; nullopt when the name has none.
[[nodiscard]] BCCXX_API std::optional<std::string> syscall_of(const std::string& function);

/// "syscalls:sys_enter_NAME" and "syscalls:sys_exit_NAME", nullopt when the kernel has no such pair.
///
/// Throws: SystemError when tracefs is not mounted
struct SyscallTracepoints {
  std::string enter;
  std::string exit;
};
[[nodiscard]] BCCXX_API std::optional<SyscallTracepoints> syscall_tracepoints(const std::string& name);

}  // namespace bccxx::runtime
