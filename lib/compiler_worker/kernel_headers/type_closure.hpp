#pragma once
// Which types a text needs, and which of them in full.

#include "compiler_worker/kernel_headers/source_facts.hpp"
#include "compiler_worker/kernel_headers/type_index.hpp"

#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace bccxx::worker {

/// Names that the kernel's types must not define, because the text or libbcc's own headers do.
struct TakenNames {
  NameSet tags;
  NameSet names;
};

/// The types a text names, and what they hold by value; what they point to only where the text names the member.
class TypeClosure {
 public:
  enum class Members {
    all,     ///< small types are emitted as they are
    needed,  ///< of large types, only the members the text names; gaps stand for the others
  };

  TypeClosure(const TypeIndex& index, const TakenNames& taken, Members members);

  [[nodiscard]] const TypeIndex& index() const { return index_; }
  [[nodiscard]] const TakenNames& taken() const { return taken_; }

  /// Types to emit because the text names them, in the order of their ids.
  [[nodiscard]] const std::vector<TypeId>& roots() const { return roots_; }

  /// Whether the body of the struct or union is needed.
  [[nodiscard]] bool is_whole(TypeId id) const { return whole_[id]; }

  /// The struct or union of that tag whose body is needed; 0 when there is none.
  [[nodiscard]] TypeId whole_composite(std::string_view tag) const;

  /// Whether only the members the text names are kept.
  [[nodiscard]] bool is_thinned(const btf_type* composite) const;
  [[nodiscard]] bool keeps(const btf_type* composite, const btf_member& member) const;

  /// Whether a member's own type is a struct, union or enum that someone else defines.
  [[nodiscard]] bool is_taken_by_value(TypeId id) const;

 private:
  void choose_roots();
  void need(TypeId id, bool follow);
  void need_whole(TypeId id);
  void need_members(const btf_type* composite);
  [[nodiscard]] bool names_member_of(TypeId id) const;
  [[nodiscard]] int wanted_members(TypeId id) const;

  const TypeIndex& index_;
  const TakenNames& taken_;
  Members members_;
  std::vector<TypeId> roots_;
  std::vector<bool> whole_;
  std::vector<TypeId> pending_;
  std::unordered_map<std::string_view, TypeId> whole_by_tag_;
};

}  // namespace bccxx::worker
