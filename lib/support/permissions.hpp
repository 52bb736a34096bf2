#pragma once
// Why the kernel may have said EPERM: missing capabilities, sysctls, user namespaces, lockdown.

#include <bccxx/support/export.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace bccxx::support {

/// What was refused, which decides the capabilities it takes.
enum class Privilege {
  tracing,        ///< maps, programs that read the kernel, perf events
  uprobe,         ///< kernels with the fix of CVE-2025-38466 want more for these than for other tracing
  network,        ///< programs on devices and cgroups
  packet_socket,  ///< raw sockets
};

/// The capabilities it takes and this thread's effective set lacks, by name.
[[nodiscard]] BCCXX_API std::vector<std::string> missing_capabilities(Privilege privilege = Privilege::tracing);

/// The active lockdown mode: "none", "integrity", "confidentiality", or empty where the kernel has no lockdown, or does
/// not show it to this process. securityfs need not be mounted.
[[nodiscard]] BCCXX_API std::string lockdown();

/// What the verifier's words mean where they say that the kernel has no such helper and lockdown is why; else empty.
[[nodiscard]] BCCXX_API std::string explain_missing_helper(std::string_view verifier_says);

/// Whether `code` is one that explain_refusal can say something about: EPERM, EACCES.
[[nodiscard]] BCCXX_API bool is_refusal(int code) noexcept;

/// One short text for an error message: what is missing here, most likely first; empty when nothing stands out.
[[nodiscard]] BCCXX_API std::string explain_refusal(Privilege privilege = Privilege::tracing);

}  // namespace bccxx::support
