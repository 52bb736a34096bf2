#pragma once
// The names of the kernel's functions, and what may be done with them.

#include "symbols/kallsyms.hpp"

#include <bccxx/support/export.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace bccxx::symbols {

/// Calls `take` for each line of /proc/kallsyms until it returns false. Works where addresses are hidden.
///
/// Throws: SystemError when it cannot be read
BCCXX_API void for_each_kernel_symbol(const std::function<bool(const KallsymsLine&)>& take);

/// Whether the kernel has a function of that name, which may be "module:name".
[[nodiscard]] BCCXX_API bool kernel_function_exists(std::string_view name);

/// At most three functions of the kernel that look like the wanted one.
[[nodiscard]] BCCXX_API std::vector<std::string> nearest_kernel_functions(std::string_view wanted);

/// What the kernel itself says of probing a function, which may be "module:name". `unknown` where its lists cannot be
/// read.
enum class Probing { possible, blacklisted, not_traceable, unknown };
[[nodiscard]] BCCXX_API Probing probing_of(std::string_view function);

/// The functions whose whole name matches the regular expression and that a kprobe could go to, sorted, each once.
///
/// Left out are those the kernel lists as blacklisted, those of sections that go away after boot, cold parts of split
/// functions, and, where the kernel's list can be read, those it cannot trace.
///
/// Throws: std::regex_error for a bad expression, SystemError when /proc/kallsyms cannot be read
/// Source: bcc get_kprobe_functions
[[nodiscard]] BCCXX_API std::vector<std::string> get_kprobe_functions(const std::string& expression);

}  // namespace bccxx::symbols
