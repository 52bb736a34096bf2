// BTF is read for each question and dropped at once: it takes megabytes, and the questions are few.

#include "runtime/kernel_btf.hpp"

#include "runtime/function_name.hpp"
#include "support/btf_pointer.hpp"
#include "support/libbpf_log.hpp"
#include "support/system_call.hpp"

#include <bpf/libbpf.h>

#include <cerrno>
#include <string_view>

namespace bccxx::runtime {
namespace {

/// Looks at the types from the id `first` on: those of a module come after those of the kernel, which it builds on.
std::optional<int> slots_in(const btf* types, std::string_view function, __u32 first) {
  const auto id = btf__find_by_name_kind(types, std::string(function).c_str(), BTF_KIND_FUNC);
  if (id < 0 || static_cast<__u32>(id) < first) return std::nullopt;
  const auto* prototype = btf__type_by_id(types, btf__type_by_id(types, static_cast<__u32>(id))->type);
  const auto* parameters = btf_params(prototype);
  int slots = 0;
  for (__u16 i = 0; i < btf_vlen(prototype); ++i) {
    slots += btf__resolve_size(types, parameters[i].type) > 8 ? 2 : 1;
  }
  return slots;
}

}  // namespace

std::optional<int> function_argument_slots(const std::string& function) {
  const support::LibbpfLog log;
  const support::BtfPointer kernel(btf__load_vmlinux_btf());
  if (!kernel) support::fail(errno, "read", "/sys/kernel/btf/vmlinux");
  const auto wanted = parse_function_name(function);
  if (wanted.module.empty()) {
    if (const auto slots = slots_in(kernel.get(), wanted.name, 0)) return slots;
  }
  // libbpf is told a name alone, and takes the first it finds.
  const auto places = places_of_function(wanted.name);
  if (places.size() != 1 || places.front().empty()) return std::nullopt;
  const auto& module = places.front();
  if (!wanted.module.empty() && wanted.module != module) return std::nullopt;
  const support::BtfPointer of_module(btf__parse_split(("/sys/kernel/btf/" + module).c_str(), kernel.get()));
  return of_module ? slots_in(of_module.get(), wanted.name, btf__type_cnt(kernel.get())) : std::nullopt;
}

}  // namespace bccxx::runtime
