#pragma once
// Stack traces as addresses. Names for them are the business of the symbols.

#include <bccxx/support/export.hpp>
#include <bccxx/tables/table_base.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace bccxx {

/// Stack traces by id (BPF_STACK_TRACE). A negative id is what get_stackid gives for an error; no stack has it.
///
/// Throws:  TypeMismatch when the map is another kind, or holds build ids
/// Kernel:  4.6
/// Source:  bcc StackTrace
/// Example: tests/integration/tables/stack_test.cpp, "a stack is its addresses, innermost first"
class BCCXX_API StackTable : public TableBase {
 public:
  explicit StackTable(MapPtr map);

  /// The most frames a stack of this table can have.
  [[nodiscard]] std::size_t depth() const noexcept;

  /// The return addresses, innermost first.
  ///
  /// Returns: nullopt when there is no such stack
  [[nodiscard]] std::optional<std::vector<std::uint64_t>> find(std::int64_t id) const;
  /// Throws: KeyError when there is no such stack
  [[nodiscard]] const std::vector<std::uint64_t> operator[](
      std::int64_t id) const;  // NOLINT(readability-const-return-type)
  [[nodiscard]] std::vector<std::pair<std::int32_t, std::vector<std::uint64_t>>> items() const;
  /// Returns: whether the stack was there
  bool remove(std::int64_t id) const;
  void clear() const;
  [[nodiscard]] std::size_t size() const { return core().count(); }
};

}  // namespace bccxx
