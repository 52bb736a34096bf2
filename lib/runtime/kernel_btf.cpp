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

support::BtfPointer kernel_types() {
  const support::LibbpfLog log;
  support::BtfPointer kernel(btf__load_vmlinux_btf());
  if (!kernel) support::fail(errno, "read", "/sys/kernel/btf/vmlinux");
  return kernel;
}

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

/// The struct or union behind typedefs and qualifiers; null for anything else.
const btf_type* composite(const btf* types, std::uint32_t id) {
  const auto* type = btf__type_by_id(types, id);
  while (type != nullptr && (btf_is_mod(type) || btf_is_typedef(type))) type = btf__type_by_id(types, type->type);
  return type != nullptr && btf_is_composite(type) ? type : nullptr;
}

bool has_field(const btf* types, const btf_type* type, const std::string& field) {
  const auto* members = btf_members(type);
  for (__u16 i = 0; i < btf_vlen(type); ++i) {
    if (field == btf__name_by_offset(types, members[i].name_off)) return true;
    if (members[i].name_off != 0) continue;
    const auto* inner = composite(types, members[i].type);
    if (inner != nullptr && has_field(types, inner, field)) return true;
  }
  return false;
}

std::optional<std::int64_t> value_of(const btf* types, const btf_type* type, const std::string& enumerator) {
  for (__u16 i = 0; i < btf_vlen(type); ++i) {
    if (btf_is_enum64(type)) {
      const auto& value = btf_enum64(type)[i];
      if (enumerator != btf__name_by_offset(types, value.name_off)) continue;
      return static_cast<std::int64_t>(std::uint64_t{value.val_hi32} << 32U | value.val_lo32);
    }
    const auto& value = btf_enum(type)[i];
    if (enumerator != btf__name_by_offset(types, value.name_off)) continue;
    return btf_kflag(type) ? std::int64_t{value.val} : static_cast<std::int64_t>(static_cast<__u32>(value.val));
  }
  return std::nullopt;
}

}  // namespace

std::optional<bool> kernel_struct_has_field(const std::string& type, const std::string& field) {
  // Anonymous ones all have the empty name.
  if (type.empty()) return std::nullopt;
  const auto kernel = kernel_types();
  for (const auto kind : {BTF_KIND_STRUCT, BTF_KIND_UNION}) {
    const int id = btf__find_by_name_kind(kernel.get(), type.c_str(), static_cast<__u32>(kind));
    if (id > 0) return has_field(kernel.get(), btf__type_by_id(kernel.get(), static_cast<__u32>(id)), field);
  }
  return std::nullopt;
}

std::optional<std::int64_t> kernel_enum_value(const std::string& type, const std::string& enumerator) {
  const auto kernel = kernel_types();
  for (__u32 id = 1; id < btf__type_cnt(kernel.get()); ++id) {
    const auto* candidate = btf__type_by_id(kernel.get(), id);
    if (!btf_is_any_enum(candidate)) continue;
    if (!type.empty() && type != btf__name_by_offset(kernel.get(), candidate->name_off)) continue;
    if (const auto value = value_of(kernel.get(), candidate, enumerator)) return value;
  }
  return std::nullopt;
}

std::vector<std::string> security_hooks() {
  constexpr std::string_view prefix = "bpf_lsm_";
  const auto kernel = kernel_types();
  std::vector<std::string> hooks;
  for (__u32 id = 1; id < btf__type_cnt(kernel.get()); ++id) {
    const auto* type = btf__type_by_id(kernel.get(), id);
    const std::string_view name = btf__name_by_offset(kernel.get(), type->name_off);
    if (btf_is_func(type) && name.starts_with(prefix)) hooks.emplace_back(name.substr(prefix.size()));
  }
  return hooks;
}

std::optional<int> function_argument_slots(const std::string& function) {
  const support::LibbpfLog log;
  const auto kernel = kernel_types();
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
