#pragma once
// Events from user space to programs.

#include <bccxx/support/export.hpp>
#include <bccxx/tables/map.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <type_traits>

namespace bccxx {

/// Writes to a user ring buffer, which a program drains with bpf_user_ringbuf_drain. libbcc cannot declare one.
///
/// Throws:  TypeMismatch when the map is another kind, SystemError
/// Kernel:  6.1
class BCCXX_API UserRingBuffer {
 public:
  explicit UserRingBuffer(MapPtr map);
  UserRingBuffer(UserRingBuffer&&) noexcept;
  UserRingBuffer& operator=(UserRingBuffer&&) noexcept;
  ~UserRingBuffer();

  /// Returns: false, with nothing written, when the buffer has no room
  [[nodiscard]] bool submit(std::span<const std::byte> event);
  template <class T>
  requires std::is_trivially_copyable_v<T>
  [[nodiscard]] bool submit(const T& event) { return submit(std::as_bytes(std::span(&event, 1))); }

  [[nodiscard]] const MapPtr& map() const noexcept;
  /// How many bytes the buffer holds.
  [[nodiscard]] std::size_t capacity() const noexcept { return map()->info().max_entries; }
  /// \copydoc Map::pin
  void pin(const std::string& path) const { map()->pin(path); }
  /// \copydoc Map::unpin
  bool unpin(const std::string& path) const { return map()->unpin(path); }

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace bccxx
