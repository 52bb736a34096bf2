// The prefix is the one before "bpf", which every kernel this runs on has.

#include "runtime/syscall_names.hpp"

#include "runtime/tracepoints.hpp"
#include "symbols/kernel_functions.hpp"

#include <array>
#include <bitset>
#include <string_view>

namespace bccxx::runtime {
namespace {

// In bcc's order: where several fit, the first counts.
constexpr std::array<std::string_view, 8> prefixes = {
    "sys_",         "__x64_sys_",   "__x32_compat_sys_", "__ia32_compat_sys_",
    "__arm64_sys_", "__s390x_sys_", "__s390_sys_",       "__riscv_sys_",
};

std::string find_prefix() {
  std::bitset<prefixes.size()> present;
  symbols::for_each_kernel_symbol([&present](const symbols::KallsymsLine& line) {
    constexpr std::string_view call = "bpf";
    const auto name = line.name;
    if (!name.ends_with(call)) return true;
    for (std::size_t i = 0; i < prefixes.size(); ++i) {
      if (name.substr(0, name.size() - call.size()) == prefixes[i]) present.set(i);
    }
    return true;
  });
  for (std::size_t i = 0; i < prefixes.size(); ++i) {
    if (present.test(i)) return std::string(prefixes[i]);
  }
  return std::string(prefixes.front());
}

}  // namespace

const std::string& get_syscall_prefix() {
  static const std::string prefix = find_prefix();
  return prefix;
}

std::string get_syscall_fnname(const std::string& name) { return get_syscall_prefix() + name; }

std::string fix_syscall_fnname(const std::string& function) {
  const auto name = syscall_of(function);
  return name ? get_syscall_fnname(*name) : function;
}

std::optional<std::string> syscall_of(const std::string& function) {
  for (const auto prefix : prefixes) {
    if (function.size() > prefix.size() && function.starts_with(prefix)) return function.substr(prefix.size());
  }
  return std::nullopt;
}

std::optional<SyscallTracepoints> syscall_tracepoints(const std::string& name) {
  if (!tracepoint_exists("syscalls", "sys_enter_" + name)) return std::nullopt;
  return SyscallTracepoints{"syscalls:sys_enter_" + name, "syscalls:sys_exit_" + name};
}

}  // namespace bccxx::runtime
