// BTF is read for each question and dropped at once: it takes megabytes, and the questions are few.

#include "runtime/kernel_btf.hpp"

#include "support/btf_pointer.hpp"
#include "support/libbpf_log.hpp"
#include "support/system_call.hpp"

#include <bpf/libbpf.h>

#include <cerrno>

namespace bccxx::runtime {

std::optional<int> function_argument_slots(const std::string& function) {
  const support::LibbpfLog log;
  const support::BtfPointer kernel(btf__load_vmlinux_btf());
  if (!kernel) support::fail(errno, "read", "/sys/kernel/btf/vmlinux");
  const int id = btf__find_by_name_kind(kernel.get(), function.c_str(), BTF_KIND_FUNC);
  if (id < 0) return std::nullopt;
  const auto* prototype = btf__type_by_id(kernel.get(), btf__type_by_id(kernel.get(), static_cast<__u32>(id))->type);
  const auto* parameters = btf_params(prototype);
  int slots = 0;
  for (__u16 i = 0; i < btf_vlen(prototype); ++i) {
    slots += btf__resolve_size(kernel.get(), parameters[i].type) > 8 ? 2 : 1;
  }
  return slots;
}

}  // namespace bccxx::runtime
