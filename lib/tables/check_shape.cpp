// Refuses a handle whose C++ types cannot be those of the map.

#include "tables/btf_layout.hpp"
#include "tables/map_traits.hpp"
#include "tables/map_types.hpp"

#include <bccxx/support/error.hpp>

#include <bpf/btf.h>
#include <fmt/format.h>

#include <span>

namespace bccxx::detail {
namespace {

void check_kind(const Map& map, const MapKind* kinds, std::size_t count) {
  std::string wanted;
  for (std::size_t i = 0; i < count; ++i) {
    if (kinds[i] == map.kind()) return;
    wanted += (i == 0 ? "" : i + 1 == count ? " or " : ", ") + to_string(kinds[i]);
  }
  throw TypeMismatch(map.name(), "kind", wanted, to_string(map.kind()));
}

/// The name of a type, and its members where it has any.
std::string described(const btf* types, std::uint32_t id, std::span<const BtfLeaf> leaves) {
  const auto name = describe_type(types, id);
  const bool plain = leaves.size() == 1 && leaves.front().name.empty();
  return plain ? name : name + " " + describe_layout(leaves);
}

std::string described(const TypeShape& shape, std::span<const Leaf> leaves) {
  const bool plain = leaves.size() == 1 && leaves.front().width == shape.size * 8;
  return plain ? std::string(shape.name) : std::string(shape.name) + " " + describe_layout(leaves);
}

std::string_view word_for(LeafKind kind) {
  switch (kind) {
    case LeafKind::signed_integer:
      return "signed";
    case LeafKind::unsigned_integer:
    case LeafKind::byte:
      return "unsigned";
    case LeafKind::enumeration:
      return "enumeration";
    case LeafKind::floating:
      return "floating point";
    case LeafKind::pointer:
      return "pointer";
    case LeafKind::boolean:
      return "boolean";
    case LeafKind::text:
    case LeafKind::bytes:
    case LeafKind::opaque:
      return "bytes";
  }
  return {};
}

/// Where neither has members, their kinds say more than their layouts.
void refuse_kinds(const Map& map, const std::string& part, const TypeShape& shape, const Leaf& cpp, const Leaf& btf,
                  const std::string& actual) {
  throw TypeMismatch(map.name(), part, fmt::format("{} ({})", shape.name, word_for(cpp.kind)),
                     fmt::format("{} ({})", actual, word_for(btf.kind)), shape.size, shape.size);
}

/// Without BTF the bytes may be text.
void check_text(const Map& map, const std::string& part, const TypeShape& shape, std::uint32_t size, std::uint32_t id) {
  if (id == 0) return;
  const btf* types = map.types().types();
  const auto leaves = btf_leaves(types, id);
  const bool text =
      leaves.size() == 1 && leaves.front().place.kind == LeafKind::text && leaves.front().place.width == size * 8U;
  if (!text) throw TypeMismatch(map.name(), part, std::string(shape.name), described(types, id, leaves), 0, size);
}

void check_part(const Map& map, const std::string& part, const TypeShape& shape, std::uint32_t actual_size,
                std::uint32_t id) {
  if (shape.text) return check_text(map, part, shape, actual_size, id);
  if (shape.size == 0) return;
  const btf* types = map.types().types();
  if (shape.size != actual_size) {
    throw TypeMismatch(map.name(), part, std::string(shape.name),
                       id == 0 ? "of unknown type" : describe_type(types, id), shape.size, actual_size);
  }
  if (id == 0 || shape.leaves == nullptr) return;
  const auto cpp = shape.leaves().all();
  const auto btf = btf_leaves(types, id);
  const auto difference = first_difference(cpp, btf);
  if (!difference) return;
  const bool plain = cpp.size() == 1 && btf.size() == 1 && btf.front().name.empty();
  if (plain) refuse_kinds(map, part, shape, cpp.front(), btf.front().place, describe_type(types, id));
  throw TypeMismatch(map.name(), part + " layout", described(shape, cpp),
                     fmt::format("{}; they differ at byte {}", described(types, id, btf), *difference / 8), shape.size,
                     actual_size);
}

void check_layout(const Map& map, const std::string& role, const std::string& part, const btf* types,
                  std::uint32_t declared_id, std::uint32_t actual_id) {
  if (types == nullptr || declared_id == 0 || actual_id == 0) return;
  const auto declared = btf_leaves(types, declared_id);
  const auto actual = btf_leaves(map.types().types(), actual_id);
  const auto difference = first_difference(declared, actual);
  if (!difference) return;
  throw TypeMismatch(map.name(), role, fmt::format("{} {}", part, described(types, declared_id, declared)),
                     fmt::format("{} {}; they differ at byte {}", part,
                                 described(map.types().types(), actual_id, actual), *difference / 8));
}

}  // namespace

void check_layouts(const Map& map, const std::string& role, const DeclaredTypes& declared) {
  const MapTypes types({}, declared);
  if (!has_index(map.kind())) check_layout(map, role, "key", types.types(), types.key(), map.types().key());
  check_layout(map, role, "value", types.types(), types.value(), map.types().value());
}

void check_shape(const Map& map, const MapKind* kinds, std::size_t kind_count, const TypeShape& key,
                 const TypeShape& value) {
  check_kind(map, kinds, kind_count);
  auto index_or_key = key;
  // bcc declares the index of an array as int, the kernel as u32; nobody means a negative one.
  if (has_index(map.kind())) index_or_key.leaves = nullptr;
  check_part(map, "key", index_or_key, map.info().key_size, map.types().key());
  check_part(map, "value", value, map.info().value_size, map.types().value());
}

}  // namespace bccxx::detail
