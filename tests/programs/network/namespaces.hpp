#pragma once
// Network namespaces for a test, wired with veth pairs, and nothing left of them afterwards.

#include <bccxx/support/network_device.hpp>

#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "programs/run_program.hpp"

namespace programs_test {

/// Runs a command to its end.
inline Finished run(std::vector<std::string> command) { return Process(std::move(command)).wait(); }

/// Runs a command that must succeed. Returns: what it printed
inline std::string must_run(const std::vector<std::string>& command) {
  const auto finished = run(command);
  if (finished.ended != "exit 0") {
    std::string text;
    for (const auto& word : command) text += word + ' ';
    throw std::runtime_error(text + ": " + finished.ended + "\n" + finished.out + finished.err);
  }
  return finished.out;
}

inline std::vector<std::string> words(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> result;
  for (std::string word; stream >> word;) result.push_back(word);
  return result;
}

/// Namespaces by short names; they go with the object, and with them every device and route they had.
class Namespaces {
 public:
  explicit Namespaces(const std::vector<std::string>& names) {
    remove_left_behind();
    try {
      for (const auto& name : names) add(name);
    } catch (...) {
      remove();
      throw;
    }
  }
  ~Namespaces() { remove(); }
  Namespaces(const Namespaces&) = delete;
  Namespaces& operator=(const Namespaces&) = delete;

  /// The name under /var/run/netns, which no other process uses.
  [[nodiscard]] const std::string& operator[](const std::string& name) const { return names_.at(name); }

  /// The command as run inside. `ip netns exec` would put another /sys over the one with the BPF file system.
  [[nodiscard]] std::vector<std::string> inside(const std::string& name, std::vector<std::string> command) const {
    command.insert(command.begin(), {"nsenter", "--net=/var/run/netns/" + names_.at(name)});
    return command;
  }
  std::string must_run_inside(const std::string& name, const std::string& command) const {
    return must_run(inside(name, words(command)));
  }
  std::string ip(const std::string& name, const std::string& arguments) const {
    auto command = words(arguments);
    command.insert(command.begin(), {"ip", "-n", names_.at(name)});
    return must_run(command);
  }

  /// A pair of devices, each up and in its own namespace. Checksums are computed, not left to hardware that is not
  /// there: XDP loses the mark that says they are still missing.
  void veth(const std::string& left, const std::string& left_device, const std::string& right,
            const std::string& right_device) const {
    must_run({"ip", "-n", names_.at(left), "link", "add", left_device, "type", "veth", "peer", "name", right_device,
              "netns", names_.at(right)});
    for (const auto& [name, device] : {std::pair(left, left_device), std::pair(right, right_device)}) {
      ip(name, "link set " + device + " up");
      must_run_inside(name, "ethtool -K " + device + " tx off");
    }
  }

  [[nodiscard]] std::string mac(const std::string& name, const std::string& device) const {
    const auto found = words(ip(name, "-br link show dev " + device));
    return found.at(2);
  }

 private:
  static std::string prefix() { return "bccxxtest-"; }

  void add(const std::string& name) {
    const auto full = unique_name(prefix()) + name;
    must_run({"ip", "netns", "add", full});
    names_.emplace(name, full);
    // Before any device is there: IPv6 would send packets of its own.
    must_run(inside(
        name, {"sh", "-c", "for way in all default; do echo 1 > /proc/sys/net/ipv6/conf/$way/disable_ipv6; done"}));
    ip(name, "link set lo up");
  }
  void remove() noexcept {
    for (const auto& [name, full] : names_) remove_one(full);
  }
  static void remove_one(const std::string& full) noexcept {
    try {
      run({"ip", "netns", "del", full});
    } catch (...) {
      // It stays until the next run.
    }
  }
  /// Those of test runs that were killed: the name says which process made it.
  static void remove_left_behind() {
    std::error_code none;
    for (const auto& entry : std::filesystem::directory_iterator("/var/run/netns", none)) {
      const auto full = entry.path().filename().string();
      if (!full.starts_with(prefix())) continue;
      const auto owner = static_cast<pid_t>(std::strtol(full.c_str() + prefix().size(), nullptr, 10));
      if (owner > 0 && kill(owner, 0) != 0 && errno == ESRCH) remove_one(full);
    }
  }

  std::map<std::string, std::string> names_;
};

}  // namespace programs_test
