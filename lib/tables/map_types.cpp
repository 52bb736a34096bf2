// The kernel's own copy comes first: a map may be another object's.

#include "tables/map_types.hpp"

#include "support/libbpf_log.hpp"

#include <bpf/btf.h>
#include <fmt/format.h>

#include <utility>

namespace bccxx::detail {

MapTypes::MapTypes(const MapInfo& info, DeclaredTypes declared)
    : btf_id_(info.btf_id), key_(info.btf_key_type_id), value_(info.btf_value_type_id) {
  if (btf_id_ != 0) return;
  declared_ = std::move(declared.btf);
  key_ = declared.key;
  value_ = declared.value;
}
MapTypes::~MapTypes() { btf__free(types_); }

const btf* MapTypes::types() const {
  std::call_once(loaded_, [this] {
    const support::LibbpfLog silent;
    if (btf_id_ != 0) {
      types_ = btf__load_from_kernel_by_id(btf_id_);
    } else if (declared_) {
      types_ = btf__new(declared_->data(), static_cast<std::uint32_t>(declared_->size()));
    }
  });
  return types_;
}

std::uint32_t MapTypes::key() const { return types() == nullptr ? 0 : key_; }
std::uint32_t MapTypes::value() const { return types() == nullptr ? 0 : value_; }

std::string describe_type(const btf* types, std::uint32_t id) {
  const btf_type* type = btf__type_by_id(types, id);
  if (type == nullptr) return "unknown";
  const char* name = btf__name_by_offset(types, type->name_off);
  const std::string named = name == nullptr || *name == '\0' ? "(anonymous)" : name;
  switch (btf_kind(type)) {
    case BTF_KIND_STRUCT:
      return "struct " + named;
    case BTF_KIND_UNION:
      return "union " + named;
    case BTF_KIND_ENUM:
    case BTF_KIND_ENUM64:
      return "enum " + named;
    case BTF_KIND_PTR:
      return type->type == 0 ? "void *" : describe_type(types, type->type) + " *";
    case BTF_KIND_CONST:
    case BTF_KIND_VOLATILE:
    case BTF_KIND_RESTRICT:
    case BTF_KIND_TYPE_TAG:
      return type->type == 0 ? "void" : describe_type(types, type->type);
    case BTF_KIND_ARRAY: {
      std::string dimensions;
      while (btf_is_array(type)) {
        dimensions += fmt::format("[{}]", btf_array(type)->nelems);
        id = btf_array(type)->type;
        type = btf__type_by_id(types, id);
      }
      return describe_type(types, id) + dimensions;
    }
    default:
      return named;
  }
}

}  // namespace bccxx::detail
