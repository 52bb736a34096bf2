#pragma once
// What the running kernel's BTF, or that of its modules, says of functions, structs and enums.

#include <bccxx/support/export.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace bccxx::runtime {

/// How many 8-byte slots the arguments of a kernel function take in the context of fentry and fexit.
///
/// `function` may be "module:function"; without a module the kernel itself is asked first, then the module that has it
///
/// Returns: nullopt when there is no BTF of such a function
/// Throws:  SystemError when the kernel has no BTF
/// Kernel:  5.11 for functions of modules
/// Source:  the kernel's BPF trampoline: an argument of 9 to 16 bytes takes two slots
[[nodiscard]] BCCXX_API std::optional<int> function_argument_slots(const std::string& function);

/// The hooks of the kernel's security module for BPF, as LSM_PROBE names them.
///
/// Throws: SystemError when the kernel has no BTF
[[nodiscard]] BCCXX_API std::vector<std::string> security_hooks();

/// As BPF::kernel_struct_has_field.
[[nodiscard]] BCCXX_API std::optional<bool> kernel_struct_has_field(const std::string& type, const std::string& field);

/// As BPF::kernel_enum_value.
[[nodiscard]] BCCXX_API std::optional<std::int64_t> kernel_enum_value(const std::string& type,
                                                                      const std::string& enumerator);

}  // namespace bccxx::runtime
