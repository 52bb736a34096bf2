#pragma once
// Tables of XDP redirect targets: a number, and a program that may run there.

#include <bccxx/support/export.hpp>
#include <bccxx/tables/detail/fd_table.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace bccxx {

/// A slot of a devmap or a cpumap.
struct RedirectTarget {
  std::uint32_t value = 0;       ///< the interface index, or the length of the CPU's queue
  std::uint32_t program_id = 0;  ///< the program that runs there; 0 for none
  friend bool operator==(const RedirectTarget&, const RedirectTarget&) = default;
};

namespace detail {

class BCCXX_API RedirectTable : public TableBase {
 public:
  /// Returns: nullopt when the key is absent
  [[nodiscard]] std::optional<RedirectTarget> find(std::uint32_t key) const;
  /// Throws: KeyError when the key is absent
  [[nodiscard]] const RedirectTarget operator[](std::uint32_t key) const;  // NOLINT(readability-const-return-type)
  /// Throws: SystemError, with EINVAL or E2BIG when the kernel refuses the key or the value, EEXIST as `how` says: in a
  ///         devmap and a cpumap every slot counts as taken
  void update(std::uint32_t key, std::uint32_t value, Update how = Update::any) const {
    write(key, value, no_program, how);
  }
  /// With a program that runs on arrival. Throws: also TypeMismatch when the table was declared without room for one
  template <HasFd Program>
  void update(std::uint32_t key, std::uint32_t value, const Program& program, Update how = Update::any) const {
    write(key, value, static_cast<int>(program.fd()), how);
  }
  /// Returns: whether the key was there
  bool remove(std::uint32_t key) const;
  [[nodiscard]] std::vector<std::pair<std::uint32_t, RedirectTarget>> items() const;
  void clear() const;
  /// How many keys are set.
  [[nodiscard]] std::size_t size() const { return core().count(); }

 protected:
  static constexpr int no_program = -1;

  RedirectTable(MapPtr map, MapKind kind);
  void write(std::uint32_t key, std::uint32_t value, int program, Update how) const;
};

}  // namespace detail
}  // namespace bccxx
