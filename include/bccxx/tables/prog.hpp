#pragma once
// Programs to jump to.

#include <bccxx/support/export.hpp>
#include <bccxx/tables/detail/fd_table.hpp>

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace bccxx {

/// Targets of tail calls by index (BPF_PROG_ARRAY). update() takes a loaded program or its descriptor; all programs
/// must be of one type. The kernel empties the array when its last descriptor and pin have gone.
///
/// Throws:  TypeMismatch when the map is another kind
/// Kernel:  4.2; find 4.18
/// Source:  bcc ProgArray
class BCCXX_API ProgTable : public detail::FdArray {
 public:
  explicit ProgTable(MapPtr map);
  /// The kernel's id of the program. Returns: nullopt when the slot is empty or outside
  [[nodiscard]] std::optional<std::uint32_t> find(std::uint32_t index) const;
  /// Throws: KeyError when the slot is empty or outside
  [[nodiscard]] std::uint32_t operator[](std::uint32_t index) const;
  /// The slots that have a program, with its id.
  [[nodiscard]] std::vector<std::pair<std::uint32_t, std::uint32_t>> items() const;
};

}  // namespace bccxx
