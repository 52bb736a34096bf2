#pragma once
// The one place where errno and libbpf's negative returns become exceptions.

#include <bccxx/support/error.hpp>
#include <bccxx/support/export.hpp>

#include <string>
#include <system_error>

namespace bccxx::support {

/// The error_code for an errno or one of libbpf's own codes (4000 and above). The kernel's own
/// ENOTSUPP, which errno.h lacks, is ENOTSUP.
[[nodiscard]] BCCXX_API std::error_code error_code(int code);

/// Whether a command of bpf(2) failed because the kernel does not know it, or not for this kind of map.
[[nodiscard]] BCCXX_API bool is_unknown_command(int code) noexcept;

/// Throws SystemError for `code`, adding what EPERM or EACCES may mean on this machine.
[[noreturn]] BCCXX_API void fail(int code, const std::string& operation, const std::string& subject);

/// For calls that return -1 and set errno.
BCCXX_API int check(int result, const std::string& operation, const std::string& subject);

/// For libbpf calls, which return a negative errno.
BCCXX_API int check_libbpf(int result, const std::string& operation, const std::string& subject);

}  // namespace bccxx::support
