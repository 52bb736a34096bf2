#pragma once
// The part of a kernel's BTF that one text needs, as a BTF of its own: names taken elsewhere left out, pointers that
// nobody follows turned into void *, members that nobody names turned into gaps.

#include "compiler_worker/kernel_headers/planned_type.hpp"
#include "compiler_worker/kernel_headers/type_closure.hpp"

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace bccxx::worker {

/// Plans the types of the small BTF, then builds it. A planned type knows its id before it exists, so that types may
/// refer to each other in circles.
class SmallBtf {
 public:
  explicit SmallBtf(const TypeClosure& closure);

  /// Throws: SystemError when libbpf refuses
  [[nodiscard]] BtfPointer build() const;

  /// The ids of what has to be emitted, in a fixed order.
  [[nodiscard]] std::vector<TypeId> definitions() const;

 private:
  TypeId plan(PlannedType type);
  TypeId refer(TypeId id, bool follow);
  TypeId refer_plain(const btf_type* type, bool follow);
  TypeId refer_composite(TypeId id);
  TypeId refer_forward(std::string_view tag, bool is_union);
  TypeId refer_enum(TypeId id, bool all);
  TypeId refer_prototype(const btf_type* type);
  TypeId opaque(std::uint32_t size);
  TypeId plain_int(std::uint32_t size);
  TypeId void_pointer();
  void fill_pending();
  void fill_composite(TypeId from, TypeId to);
  void add_gap(PlannedType& to, std::uint32_t begin, std::uint32_t end);
  [[nodiscard]] std::uint32_t bit_end(const btf_type* composite, int index) const;
  void add_enumerators(const btf_type* from, PlannedType& to, bool all);

  const TypeClosure& closure_;
  const TypeIndex& index_;
  std::deque<PlannedType> planned_;
  std::unordered_map<std::uint64_t, TypeId> known_;
  std::unordered_map<std::string, TypeId> synthetic_;
  std::vector<std::pair<TypeId, TypeId>> pending_;
  NameSet emitted_enumerators_;
  std::vector<TypeId> definitions_;
};

}  // namespace bccxx::worker
