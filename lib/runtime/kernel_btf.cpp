// BTF is read for each question and dropped at once: it takes megabytes, and the questions are few.

#include "runtime/kernel_btf.hpp"

#include "support/btf_pointer.hpp"
#include "support/libbpf_log.hpp"
#include "support/system_call.hpp"
#include "symbols/kernel_functions.hpp"

#include <bpf/libbpf.h>

#include <cerrno>
#include <string_view>

namespace bccxx::runtime {
namespace {

std::optional<int> slots_in(const btf* types, const std::string& function) {
  const int id = btf__find_by_name_kind(types, function.c_str(), BTF_KIND_FUNC);
  if (id < 0) return std::nullopt;
  const auto* prototype = btf__type_by_id(types, btf__type_by_id(types, static_cast<__u32>(id))->type);
  const auto* parameters = btf_params(prototype);
  int slots = 0;
  for (__u16 i = 0; i < btf_vlen(prototype); ++i) {
    slots += btf__resolve_size(types, parameters[i].type) > 8 ? 2 : 1;
  }
  return slots;
}

/// The first module that has a function; empty when none has.
std::string module_of(std::string_view function) {
  std::string module;
  symbols::for_each_kernel_symbol([&](const symbols::KallsymsLine& line) {
    if (line.is_function() && line.name == function && !line.module.empty()) module = line.module;
    return module.empty();
  });
  return module;
}

}  // namespace

std::optional<int> function_argument_slots(const std::string& function) {
  const support::LibbpfLog log;
  const support::BtfPointer kernel(btf__load_vmlinux_btf());
  if (!kernel) support::fail(errno, "read", "/sys/kernel/btf/vmlinux");
  const auto colon = function.find(':');
  const auto name = function.substr(colon == std::string::npos ? 0 : colon + 1);
  if (colon == std::string::npos) {
    if (const auto slots = slots_in(kernel.get(), name)) return slots;
  }
  const auto module = colon == std::string::npos ? module_of(name) : function.substr(0, colon);
  if (module.empty()) return std::nullopt;
  const support::BtfPointer of_module(btf__parse_split(("/sys/kernel/btf/" + module).c_str(), kernel.get()));
  return of_module ? slots_in(of_module.get(), name) : std::nullopt;
}

}  // namespace bccxx::runtime
