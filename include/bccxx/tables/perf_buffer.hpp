#pragma once
// Events from programs to user space through a buffer for each CPU.

#include <bccxx/support/export.hpp>
#include <bccxx/tables/ring_buffer.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

namespace bccxx {

/// How a perf buffer is set up.
struct PerfBufferOptions {
  std::size_t pages_per_cpu = 8;    ///< a power of two
  std::uint32_t wakeup_events = 1;  ///< poll wakes up after that many events of a CPU
};

/// Reads a perf buffer (BPF_PERF_OUTPUT) of every online CPU. Movable; keeps its map open.
///
/// A callback that throws ends the poll or consume that called it, and the exception comes out there; the event counts
/// as read.
///
/// Throws:  TypeMismatch when the map is another kind, std::invalid_argument for pages that are no power of two,
///          SystemError
/// Kernel:  4.4
/// Source:  bcc open_perf_buffer, perf_buffer_poll
/// Example: tests/integration/tables/perf_buffer_test.cpp, "events arrive with their CPU"
class BCCXX_API PerfBuffer {
 public:
  /// The bytes are good until the callback returns; up to 7 bytes of padding follow the event's own.
  using Callback = std::function<void(int cpu, std::span<const std::byte> event)>;
  /// `count` more events of a CPU were lost, because its buffer was full.
  using LostCallback = std::function<void(int cpu, std::uint64_t count)>;

  PerfBuffer(MapPtr map, Callback on_event, LostCallback on_lost = nullptr, const PerfBufferOptions& options = {});
  PerfBuffer(PerfBuffer&&) noexcept;
  PerfBuffer& operator=(PerfBuffer&&) noexcept;
  ~PerfBuffer();

  /// A reader whose events are a T each: `on_event(cpu, t)`. Throws: from poll and consume, TypeMismatch when an event
  /// is smaller than T, or larger by more than the 7 bytes of padding that the kernel may add
  template <class T, class OnEvent>
  [[nodiscard]] static PerfBuffer of(MapPtr map, OnEvent on_event, LostCallback on_lost = nullptr,
                                     const PerfBufferOptions& options = {}) {
    static_assert(std::is_trivially_copyable_v<T>, "an event is copied byte by byte");
    const Map* const source = map.get();
    return PerfBuffer(
        std::move(map),
        [source, on_event = std::move(on_event)](int cpu, std::span<const std::byte> event) mutable {
          detail::require_event_size(*source, detail::type_name<T>(), sizeof(T), event.size(), 7);
          on_event(cpu, detail::load<T>(event.data()));
        },
        std::move(on_lost), options);
  }

  /// Waits for events at most `timeout` (negative: without end), and gives them to the callbacks. A signal ends the
  /// wait.
  ///
  /// Returns: how many events there were, lost ones not counted
  /// Throws:  SystemError; whatever a callback throws
  std::size_t poll(std::chrono::milliseconds timeout);
  /// Gives the events that are there, without waiting.
  std::size_t consume();

  /// How many events have been lost so far.
  [[nodiscard]] std::uint64_t lost() const noexcept;
  [[nodiscard]] const MapPtr& map() const noexcept;
  /// How many bytes the buffer of each CPU holds, headers included.
  [[nodiscard]] std::size_t capacity() const noexcept;
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
