// securityfs says which mode is in force; where nobody has mounted it, a mount that no path leads to does.

#include "support/file.hpp"
#include "support/permissions.hpp"

#include <bccxx/support/unique_fd.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mount.h>
#include <unistd.h>

#include <algorithm>
#include <array>

namespace bccxx::support {
namespace {

/// Kernel: 5.2, CAP_SYS_ADMIN
std::string read_unmounted() {
  const UniqueFd system(::fsopen("securityfs", FSOPEN_CLOEXEC));
  if (!system || ::fsconfig(system.get(), FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) != 0) return {};
  const UniqueFd root(::fsmount(system.get(), FSMOUNT_CLOEXEC, 0));
  if (!root) return {};
  const UniqueFd file(::openat(root.get(), "lockdown", O_RDONLY | O_CLOEXEC));
  std::array<char, 128> text{};
  const auto size = file ? ::read(file.get(), text.data(), text.size()) : 0;
  return size > 0 ? std::string(text.data(), static_cast<std::size_t>(size)) : std::string();
}

}  // namespace

std::string lockdown() {
  const auto mounted = read_small_file("/sys/kernel/security/lockdown");
  const auto text = mounted ? *mounted : read_unmounted();
  const auto open = text.find('[');
  const auto close = text.find(']', open);
  if (open == std::string::npos || close == std::string::npos) return {};
  return text.substr(open + 1, close - open - 1);
}

std::string explain_missing_helper(std::string_view verifier_says) {
  static constexpr std::array<std::string_view, 4> read_kernel = {
      "bpf_probe_read#", "bpf_probe_read_str#", "bpf_probe_read_kernel#", "bpf_probe_read_kernel_str#"};
  const auto names = [verifier_says](std::string_view helper) {
    return verifier_says.find(helper) != std::string_view::npos;
  };
  const bool reads = std::any_of(read_kernel.begin(), read_kernel.end(), names);
  const bool writes = names("bpf_probe_write_user#");
  if (!reads && !writes) return {};
  const auto mode = lockdown();
  const bool taken = mode == "confidentiality" || (mode == "integrity" && writes);
  return taken ? fmt::format("the kernel is in lockdown={}, which takes this helper away", mode) : std::string();
}

}  // namespace bccxx::support
