// One call of libbpf for a plain type; several for one with members or enumerators.
#include "compiler_worker/kernel_headers/planned_type.hpp"

namespace bccxx::worker {
namespace {

const char* name_or_null(const std::string& name) { return name.empty() ? nullptr : name.c_str(); }

int add_enum(btf* types, const PlannedType& planned) {
  const bool wide = planned.kind == BTF_KIND_ENUM64;
  const char* name = name_or_null(planned.name);
  const int id =
      wide ? btf__add_enum64(types, name, planned.size, planned.detail != 0) : btf__add_enum(types, name, planned.size);
  for (const auto& [value_name, value] : planned.enumerators) {
    if (id < 0) break;
    const int result = wide ? btf__add_enum64_value(types, value_name.c_str(), value)
                            : btf__add_enum_value(types, value_name.c_str(), static_cast<std::int64_t>(value));
    if (result < 0) return result;
  }
  return id;
}

int add_composite(btf* types, const PlannedType& planned) {
  const char* name = name_or_null(planned.name);
  const int id = planned.kind == BTF_KIND_STRUCT ? btf__add_struct(types, name, planned.size)
                                                 : btf__add_union(types, name, planned.size);
  for (const auto& member : planned.members) {
    if (id < 0) break;
    const int result = btf__add_field(types, name_or_null(member.name), static_cast<int>(member.type),
                                      member.bit_offset, member.bit_size);
    if (result < 0) return result;
  }
  return id;
}

int add_prototype(btf* types, const PlannedType& planned) {
  const int id = btf__add_func_proto(types, static_cast<int>(planned.type));
  for (const auto& parameter : planned.members) {
    if (id < 0) break;
    const int result = btf__add_func_param(types, name_or_null(parameter.name), static_cast<int>(parameter.type));
    if (result < 0) return result;
  }
  return id;
}

}  // namespace

int add_type(btf* types, const PlannedType& planned) {
  const char* name = name_or_null(planned.name);
  const auto type = static_cast<int>(planned.type);
  switch (planned.kind) {
    case BTF_KIND_INT:
      return btf__add_int(types, name, planned.size, planned.detail);
    case BTF_KIND_FLOAT:
      return btf__add_float(types, name, planned.size);
    case BTF_KIND_PTR:
      return btf__add_ptr(types, type);
    case BTF_KIND_CONST:
      return btf__add_const(types, type);
    case BTF_KIND_VOLATILE:
      return btf__add_volatile(types, type);
    case BTF_KIND_TYPEDEF:
      return btf__add_typedef(types, name, type);
    case BTF_KIND_ARRAY:
      return btf__add_array(types, type, type, planned.size);
    case BTF_KIND_FWD:
      return btf__add_fwd(types, name, static_cast<btf_fwd_kind>(planned.detail));
    case BTF_KIND_ENUM:
    case BTF_KIND_ENUM64:
      return add_enum(types, planned);
    case BTF_KIND_FUNC_PROTO:
      return add_prototype(types, planned);
    default:
      return add_composite(types, planned);
  }
}

}  // namespace bccxx::worker
