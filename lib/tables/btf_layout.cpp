// Takes a BTF type apart, down to what has no parts.

#include "tables/btf_layout.hpp"

#include <bpf/btf.h>

#include <string_view>

namespace bccxx::detail {
namespace {

constexpr std::size_t most = 4096;

class Splitter {
 public:
  explicit Splitter(const btf* types) : types_(types) {}

  /// `width` is that of a bit-field; 0 for everything else.
  void split(std::uint32_t id, std::size_t at, std::size_t width, const std::string& name, bool continues = false) {
    id = innermost(id);
    const btf_type* type = btf__type_by_id(types_, id);
    if (type == nullptr) return;
    if (leaves_.size() >= most) return rest(id, at);
    switch (btf_kind(type)) {
      case BTF_KIND_ARRAY:
        return array(*btf_array(type), at, name);
      case BTF_KIND_STRUCT:
        return structure(*type, at, name);
      default: {
        const auto whole = size_of(id) * 8;
        add({.offset = at,
             .width = width == 0 ? whole : width,
             .kind = scalar_kind(*type),
             .bit_field = width != 0 && width != whole,
             .continues = continues},
            name);
      }
    }
  }

  std::vector<BtfLeaf> take() { return std::move(leaves_); }

 private:
  [[nodiscard]] std::uint32_t innermost(std::uint32_t id) const {
    const btf_type* type = btf__type_by_id(types_, id);
    while (type != nullptr && (btf_is_mod(type) || btf_is_typedef(type))) {
      id = type->type;
      type = btf__type_by_id(types_, id);
    }
    return id;
  }

  [[nodiscard]] std::size_t size_of(std::uint32_t id) const {
    const auto size = btf__resolve_size(types_, id);
    return size < 0 ? 0 : static_cast<std::size_t>(size);
  }

  [[nodiscard]] std::string_view text(std::uint32_t offset) const {
    const char* found = btf__name_by_offset(types_, offset);
    return found == nullptr ? "" : found;
  }

  [[nodiscard]] static LeafKind scalar_kind(const btf_type& type) {
    switch (btf_kind(&type)) {
      case BTF_KIND_INT:
        if (type.size == 1) return LeafKind::byte;
        return (btf_int_encoding(&type) & BTF_INT_SIGNED) != 0 ? LeafKind::signed_integer : LeafKind::unsigned_integer;
      case BTF_KIND_ENUM:
      case BTF_KIND_ENUM64:
        return type.size == 1 ? LeafKind::byte : LeafKind::enumeration;
      case BTF_KIND_PTR:
        return LeafKind::pointer;
      case BTF_KIND_FLOAT:
        return LeafKind::floating;
      default:
        return LeafKind::opaque;
    }
  }

  void add(const Leaf& place, const std::string& name) {
    if (place.width != 0) leaves_.push_back({place, name});
  }

  void rest(std::uint32_t id, std::size_t at) {
    auto& last = leaves_.back().place;
    last = {.offset = last.offset, .width = at + size_of(id) * 8 - last.offset};
  }

  void array(const struct btf_array& shape, std::size_t at, const std::string& name) {
    std::size_t count = shape.nelems;
    auto element = innermost(shape.type);
    const btf_type* type = btf__type_by_id(types_, element);
    while (type != nullptr && btf_is_array(type)) {
      count *= btf_array(type)->nelems;
      element = innermost(btf_array(type)->type);
      type = btf__type_by_id(types_, element);
    }
    if (type == nullptr) return;
    const auto size = size_of(element);
    if (size == 1 && scalar_kind(*type) == LeafKind::byte) {
      const auto kind = text(type->name_off) == "char" ? LeafKind::text : LeafKind::bytes;
      return add({.offset = at, .width = count * 8, .kind = kind}, name);
    }
    for (std::size_t i = 0; i < count; ++i) {
      if (leaves_.size() >= most) return rest(element, at + (count - 1) * size * 8);
      split(element, at + i * size * 8, 0, name, i > 0);
    }
  }

  void structure(const btf_type& type, std::size_t at, const std::string& name) {
    for (std::uint32_t i = 0; i < btf_vlen(&type); ++i) {
      const auto& member = btf_members(&type)[i];
      auto full_name = name;
      const auto own = text(member.name_off);
      if (!full_name.empty() && !own.empty()) full_name += '.';
      full_name += own;
      split(member.type, at + btf_member_bit_offset(&type, i), btf_member_bitfield_size(&type, i), full_name);
    }
  }

  const btf* types_;
  std::vector<BtfLeaf> leaves_;
};

}  // namespace

std::vector<BtfLeaf> btf_leaves(const btf* types, std::uint32_t id) {
  Splitter splitter(types);
  splitter.split(id, 0, 0, "");
  return splitter.take();
}

}  // namespace bccxx::detail
