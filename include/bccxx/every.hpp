#pragma once
// Ticks until Ctrl-C: the loop of every tracer.

#include <bccxx/support/export.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

namespace bccxx {

/// One turn of `every`.
struct Tick {
  std::uint64_t number = 0;   ///< counts from 1
  std::uint64_t skipped = 0;  ///< periods that went by during the turn before, beyond the one that ended it
  bool last = false;          ///< true for the turn that Ctrl-C, SIGTERM or the count brought about
};

/// A descriptor to look after while waiting, such as the fd() of an event buffer.
struct Watch {
  int fd = -1;
  std::function<void()> on_readable;  ///< must read what there is, or it is called again at once
};

enum class FirstTick {
  after_period,  ///< as a loop that sleeps, then prints
  at_once        ///< as a loop that prints, then sleeps
};

struct EveryOptions {
  std::uint64_t count = 0;  ///< ends after so many ticks; 0: goes on
  FirstTick first = FirstTick::after_period;
  std::vector<Watch> watch = {};  ///< served between ticks; dropped when hung up
};

/// A range of ticks, one each period, for a range-based for loop.
///
/// SIGINT and SIGTERM are handled while it lives and get their old handlers back when it goes. The first one ends the
/// waiting: the loop runs once more with `last` set, so that a program prints its last results once. From then on the
/// old handlers are back, so that a second one ends the process at once, as if bccxx had not been there. A signal that
/// the process ignores (as under nohup, or in the background of a shell script) stays ignored. System calls of the
/// loop's body are restarted, not interrupted.
///
/// Units:   the period is of CLOCK_MONOTONIC; ticks do not drift, a turn that takes longer skips ticks
/// Throws:  SystemError when a timer or signal cannot be set, std::invalid_argument for a period that is not positive,
///          std::logic_error when another one lives (signals belong to the process)
/// Source:  bcc's `while 1: sleep(…)` with `except KeyboardInterrupt`
/// Example: tests/integration/every/every_test.cpp
class BCCXX_API Every {
 public:
  explicit Every(std::chrono::nanoseconds period, EveryOptions options = {});
  ~Every();
  Every(const Every&) = delete;
  Every& operator=(const Every&) = delete;

  class Iterator {
   public:
    using value_type = Tick;
    using difference_type = std::ptrdiff_t;
    [[nodiscard]] const Tick& operator*() const noexcept { return tick_; }
    Iterator& operator++() {
      advance();
      return *this;
    }
    void operator++(int) { advance(); }
    friend bool operator==(const Iterator& it, std::default_sentinel_t) noexcept { return it.ended_; }

   private:
    friend class Every;
    explicit Iterator(Every* owner) : owner_(owner) { advance(); }
    BCCXX_API void advance();
    Every* owner_;
    Tick tick_;
    bool ended_ = false;
  };

  [[nodiscard]] Iterator begin() { return Iterator(this); }
  [[nodiscard]] static std::default_sentinel_t end() noexcept { return {}; }

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Ticks each `period` until Ctrl-C or SIGTERM, or until the count in the options is reached.
template <class Rep, class Period>
[[nodiscard]] Every every(std::chrono::duration<Rep, Period> period, EveryOptions options = {}) {
  return Every(std::chrono::duration_cast<std::chrono::nanoseconds>(period), std::move(options));
}

/// Ticks each `period`, `count` times (0: without end), until Ctrl-C or SIGTERM.
template <class Rep, class Period>
[[nodiscard]] Every every(std::chrono::duration<Rep, Period> period, std::uint64_t count) {
  return every(period, EveryOptions{.count = count});
}

}  // namespace bccxx
