// What there is to attach to, and what this kernel can do.

#include <bccxx/bpf.hpp>
#include <bccxx/runtime/features.hpp>

#include "runtime/kernel_btf.hpp"
#include "runtime/syscall_names.hpp"
#include "runtime/tracepoints.hpp"
#include "runtime/uprobe_place.hpp"
#include "symbols/kernel_functions.hpp"

namespace bccxx {

std::string BPF::get_syscall_fnname(const std::string& syscall) { return runtime::get_syscall_fnname(syscall); }
std::string BPF::get_syscall_prefix() { return runtime::get_syscall_prefix(); }

std::vector<std::string> BPF::get_kprobe_functions(const std::string& event_re) {
  return symbols::get_kprobe_functions(event_re);
}

std::vector<std::string> BPF::get_tracepoints(const std::string& tp_re) { return runtime::get_tracepoints(tp_re); }

bool BPF::tracepoint_exists(const std::string& category, const std::string& event) {
  return runtime::tracepoint_exists(category, event);
}

std::vector<std::string> BPF::get_user_functions(const std::string& binary, const std::string& sym_re) {
  return runtime::get_user_functions(binary, sym_re);
}

std::vector<std::pair<std::string, std::uint64_t>> BPF::get_user_functions_and_addresses(const std::string& binary,
                                                                                         const std::string& sym_re) {
  std::vector<std::pair<std::string, std::uint64_t>> found;
  for (auto& function : runtime::get_user_functions_and_addresses(binary, sym_re)) {
    found.emplace_back(std::move(function.name), function.address);
  }
  return found;
}

std::vector<std::uint64_t> BPF::get_user_addresses(const std::string& binary, const std::string& sym_re) {
  std::vector<std::uint64_t> found;
  // They come in the order of addresses.
  for (const auto& function : runtime::get_user_functions_and_addresses(binary, sym_re)) {
    if (found.empty() || found.back() != function.address) found.push_back(function.address);
  }
  return found;
}

bool BPF::support_kfunc() { return has_feature(Feature::fentry); }
bool BPF::support_lsm() { return has_feature(Feature::lsm); }
bool BPF::support_raw_tracepoint() { return has_feature(Feature::raw_tracepoint); }

std::optional<bool> BPF::kernel_struct_has_field(const std::string& type, const std::string& field) {
  return runtime::kernel_struct_has_field(type, field);
}

std::optional<std::int64_t> BPF::kernel_enum_value(const std::string& type, const std::string& enumerator) {
  return runtime::kernel_enum_value(type, enumerator);
}

}  // namespace bccxx
