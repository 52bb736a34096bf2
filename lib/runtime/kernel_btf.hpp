#pragma once
// What the running kernel's BTF says of its functions.

#include <bccxx/support/export.hpp>

#include <optional>
#include <string>

namespace bccxx::runtime {

/// How many 8-byte slots the arguments of a kernel function take in the context of fentry and fexit.
///
/// Returns: nullopt when vmlinux's BTF has no such function
/// Throws:  SystemError when the kernel has no BTF
/// Source:  the kernel's BPF trampoline: an argument of 9 to 16 bytes takes two slots
[[nodiscard]] BCCXX_API std::optional<int> function_argument_slots(const std::string& function);

}  // namespace bccxx::runtime
