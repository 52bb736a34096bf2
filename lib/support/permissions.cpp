// Reads the facts behind an EPERM from /proc and securityfs.

#include "support/permissions.hpp"

#include "support/file.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <linux/capability.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <sstream>
#include <string_view>
#include <utility>

namespace bccxx::support {
namespace {

std::uint64_t effective_capabilities() {
  const auto status = read_small_file("/proc/thread-self/status").value_or("");
  constexpr std::string_view label = "CapEff:\t";
  const auto at = status.find(label);
  std::uint64_t mask = 0;
  if (at != std::string::npos) {
    const char* begin = status.data() + at + label.size();
    std::from_chars(begin, status.data() + status.size(), mask, 16);
  }
  return mask;
}

/// What the administrator has set for those who lack these capabilities.
std::string restrictions(const std::vector<std::string>& missing) {
  static constexpr std::array<std::pair<std::string_view, const char*>, 2> settings = {
      {{"CAP_BPF", "unprivileged_bpf_disabled"}, {"CAP_PERFMON", "perf_event_paranoid"}}};
  std::vector<std::string> found;
  for (const auto& [capability, name] : settings) {
    if (std::find(missing.begin(), missing.end(), capability) == missing.end()) continue;
    auto value = read_small_file(std::string("/proc/sys/kernel/") + name).value_or("");
    if (const auto end = value.find('\n'); end != std::string::npos) value.erase(end);
    if (!value.empty()) found.push_back(fmt::format("kernel.{}={}", name, value));
  }
  return fmt::format("{}", fmt::join(found, ", "));
}

/// Whether user ids of this process are not those of the machine: its capabilities then hold in its namespace alone.
bool in_user_namespace() {
  std::istringstream map(read_small_file("/proc/self/uid_map").value_or("0 0 4294967295"));
  std::uint64_t inside = 0;
  std::uint64_t outside = 0;
  std::uint64_t count = 0;
  map >> inside >> outside >> count;
  return inside != 0 || outside != 0 || count != 4294967295U;
}

}  // namespace

bool is_refusal(int code) noexcept { return code == EPERM || code == EACCES; }

std::vector<std::string> missing_capabilities(Privilege privilege) {
  const auto mask = effective_capabilities();
  const auto has = [mask](int bit) { return ((mask >> static_cast<unsigned>(bit)) & 1U) != 0; };
  const bool all = has(CAP_SYS_ADMIN);
  std::vector<std::string> missing;
  const auto want = [&missing](bool held, const char* name) {
    if (!held) missing.emplace_back(name);
  };
  if (privilege == Privilege::packet_socket) {
    want(has(CAP_NET_RAW), "CAP_NET_RAW");
    return missing;
  }
  want(all || has(CAP_BPF), "CAP_BPF");
  if (privilege == Privilege::network) {
    want(has(CAP_NET_ADMIN), "CAP_NET_ADMIN");
    return missing;
  }
  want(all || has(CAP_PERFMON), "CAP_PERFMON");
  if (privilege == Privilege::uprobe && missing.empty()) want(all, "CAP_SYS_ADMIN");
  return missing;
}

std::string explain_refusal(Privilege privilege) {
  if (const auto missing = missing_capabilities(privilege); !missing.empty()) {
    const auto settings = restrictions(missing);
    return fmt::format("missing {}{}; run as root or grant {}", fmt::join(missing, ", "),
                       settings.empty() ? settings : " (" + settings + ")", missing.size() == 1 ? "it" : "them");
  }
  if (in_user_namespace()) return "the capabilities of a user namespace do not count";
  if (lockdown() == "confidentiality") return "the kernel is in lockdown=confidentiality, which forbids reading it";
  return {};
}

}  // namespace bccxx::support
