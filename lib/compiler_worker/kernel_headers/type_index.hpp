#pragma once
// The BTF of a kernel, searched once for the names a text uses.

#include "compiler_worker/kernel_headers/planned_type.hpp"
#include "compiler_worker/kernel_headers/source_facts.hpp"

#include "support/btf_pointer.hpp"

#include <bpf/btf.h>

#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace bccxx::worker {

using support::BtfPointer;

/// Where the names of interest are in one BTF. Types are found by the offset of their name, so a name is hashed once
/// however often it occurs.
class TypeIndex {
 public:
  /// `names` are member names, typedefs and enumerators; `tags` are structs, unions and enums; `known_tags` are those
  /// that composite() is asked for besides.
  TypeIndex(const btf* types, const NameSet& names, const NameSet& tags, const NameSet& known_tags);

  [[nodiscard]] const btf* types() const { return types_; }
  [[nodiscard]] const btf_type* type(TypeId id) const { return btf__type_by_id(types_, id); }
  [[nodiscard]] std::string_view name(std::uint32_t offset) const { return btf__str_by_offset(types_, offset); }

  /// Whether the string at `offset` is one of the names.
  [[nodiscard]] bool is_wanted(std::uint32_t offset) const { return (marks_[offset] & name_mark) != 0; }

  /// Structs, unions and named enums with a wanted tag, and typedefs with a wanted name, in the order of their ids.
  [[nodiscard]] const std::vector<TypeId>& named_types() const { return named_types_; }

  /// Enums of any kind with a wanted enumerator, in the order of their ids.
  [[nodiscard]] const std::vector<TypeId>& enums() const { return enums_; }

  /// The struct or union of that tag, which must be one of `tags` or `known_tags`; 0 when the kernel has none.
  [[nodiscard]] TypeId composite(std::string_view tag) const;

  /// Whether the struct or union has a member of that name, also inside unnamed members.
  [[nodiscard]] bool has_member(TypeId id, std::string_view member) const;

  /// Those of `tags` that no struct, union or enum of the BTF has.
  [[nodiscard]] NameSet lacking(const NameSet& tags) const;

  /// Whether any enum defines `name`, which must be one of `names`.
  [[nodiscard]] bool has_enumerator(std::string_view name) const { return enumerators_.count(name) != 0; }

 private:
  static constexpr std::uint8_t name_mark = 1;
  static constexpr std::uint8_t tag_mark = 2;
  static constexpr std::uint8_t known_mark = 4;

  void mark_strings(const NameSet& names, const NameSet& tags, const NameSet& known_tags);
  void search_types();
  bool note_enumerators(const btf_type* type);

  const btf* types_;
  std::vector<std::uint8_t> marks_;
  std::vector<TypeId> named_types_;
  std::vector<TypeId> enums_;
  std::unordered_map<std::string_view, TypeId> composites_;
  NameSet enumerators_;
};

}  // namespace bccxx::worker
