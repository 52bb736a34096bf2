// From the function to its prototype, to the first parameter, to the struct it points to.

#include "object/context.hpp"

namespace bccxx::object {

std::string context_of(const btf* types, std::uint32_t function) {
  const auto* type = btf__type_by_id(types, function);
  const auto* prototype = type == nullptr ? nullptr : btf__type_by_id(types, type->type);
  if (prototype == nullptr || btf_vlen(prototype) == 0) return {};
  const auto* parameter = btf__type_by_id(types, btf_params(prototype)[0].type);
  while (parameter != nullptr && (btf_is_ptr(parameter) || btf_is_mod(parameter))) {
    parameter = btf__type_by_id(types, parameter->type);
  }
  return parameter == nullptr ? std::string() : btf__name_by_offset(types, parameter->name_off);
}

}  // namespace bccxx::object
