#pragma once
// Tables whose values are file descriptors on the way in.

#include <bccxx/support/export.hpp>
#include <bccxx/tables/table_base.hpp>

#include <concepts>
#include <cstdint>
#include <initializer_list>

namespace bccxx {

/// A program, a map, a table, a socket: whatever lends its descriptor.
template <class T>
concept HasFd = requires(const T& owner) {
  { owner.fd() } -> std::convertible_to<int>;
};

namespace detail {

/// Slots by index; the kernel takes its own reference, so the descriptor may be closed after update().
class BCCXX_API FdArray : public TableBase {
 public:
  /// The number of slots, used or not.
  [[nodiscard]] std::size_t size() const noexcept { return capacity(); }
  /// Throws: KeyError when the index is outside, SystemError, with EBADF or EINVAL when the descriptor is no such thing
  void update(std::uint32_t index, int fd) const { put(index, fd, Update::any); }
  template <HasFd T>
  void update(std::uint32_t index, const T& owner) const {
    update(index, static_cast<int>(owner.fd()));
  }
  /// Returns: whether the slot was used
  bool remove(std::uint32_t index) const;
  /// Empties every slot.
  void clear() const;

 protected:
  FdArray(MapPtr map, std::initializer_list<MapKind> kinds);
  void put(std::uint32_t index, int fd, Update how) const;
};

}  // namespace detail
}  // namespace bccxx
