#pragma once
// Events from programs to user space, in order, through one buffer for all CPUs.

#include <bccxx/support/error.hpp>
#include <bccxx/support/export.hpp>
#include <bccxx/tables/detail/bytes.hpp>
#include <bccxx/tables/detail/shape.hpp>
#include <bccxx/tables/map.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace bccxx {

namespace detail {

/// `padding` is how many bytes the kernel may have added to the event.
///
/// Throws: TypeMismatch unless an event of `actual` bytes is a T of `expected`
BCCXX_API void require_event_size(const Map& map, std::string_view type, std::size_t expected, std::size_t actual,
                                  std::size_t padding);

}  // namespace detail

/// Reads one or more ring buffers (BPF_RINGBUF_OUTPUT). Movable; keeps its maps open.
///
/// A callback that throws ends the poll or consume that called it, and the exception comes out there; the event counts
/// as read. The kernel does not count events that found the buffer full: the program must (ringbuf_output gives
/// -EAGAIN).
///
/// Throws:  TypeMismatch when a map is another kind, SystemError
/// Kernel:  5.8
/// Source:  bcc open_ring_buffer, ring_buffer_poll, ring_buffer_consume
/// Example: tests/integration/tables/ring_buffer_test.cpp, "events arrive in order"
class BCCXX_API RingBuffer {
 public:
  /// The bytes are good until the callback returns.
  using Callback = std::function<void(std::span<const std::byte> event)>;

  RingBuffer(MapPtr map, Callback on_event);
  RingBuffer(RingBuffer&&) noexcept;
  RingBuffer& operator=(RingBuffer&&) noexcept;
  ~RingBuffer();

  /// A reader whose events are a T each. Throws: from poll and consume, TypeMismatch when an event has another
  /// size than T
  template <class T, class OnEvent>
  [[nodiscard]] static RingBuffer of(MapPtr map, OnEvent on_event) {
    static_assert(std::is_trivially_copyable_v<T>, "an event is copied byte by byte");
    const Map* const source = map.get();
    return RingBuffer(std::move(map),
                      [source, on_event = std::move(on_event)](std::span<const std::byte> event) mutable {
                        detail::require_event_size(*source, detail::type_name<T>(), sizeof(T), event.size(), 0);
                        on_event(detail::load<T>(event.data()));
                      });
  }

  /// Reads another ring buffer with the same poll.
  void add(MapPtr map, Callback on_event);

  /// Waits for events at most `timeout` (negative: without end), and gives them to the callbacks. A signal ends the
  /// wait.
  ///
  /// Returns: how many events there were
  /// Throws:  SystemError; whatever a callback throws
  std::size_t poll(std::chrono::milliseconds timeout);
  /// Gives the events that are there, without waiting.
  std::size_t consume();

  /// The map; where there are several, the first.
  [[nodiscard]] const MapPtr& map() const noexcept;
  /// How many bytes the buffer holds.
  [[nodiscard]] std::size_t capacity() const noexcept { return map()->info().max_entries; }
  /// \copydoc Map::pin
  void pin(const std::string& path) const { map()->pin(path); }
  /// \copydoc Map::unpin
  bool unpin(const std::string& path) const { return map()->unpin(path); }

  /// For one's own epoll or select: readable when there are events.
  [[nodiscard]] int fd() const noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace bccxx
