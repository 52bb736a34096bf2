#pragma once
// A process that undoes what the kernel would leave behind, when nobody is left to do it.

#include <bccxx/support/unique_fd.hpp>

#include <sys/types.h>

#include <array>
#include <cstddef>
#include <cstring>
#include <type_traits>

namespace bccxx::runtime {

/// Does one piece of work when it is told to, or when the last process that holds it has gone, however that went:
/// killed, or replaced by another program. So what it guards lasts as long as a bpf_link would.
///
/// The process is no child that wait(2) sees or SIGCHLD tells of, is in a session of its own, takes no signal that can
/// be blocked, and keeps nothing open but what it works with.
class Guardian {
 public:
  /// What the work needs to know; plain data.
  using State = std::array<std::byte, 64>;
  /// Gets the resource and the latest state. Runs in a copy of a process that may have had other threads: it must call
  /// nothing but the kernel, and take no memory.
  ///
  /// Returns: 0 or an errno
  using Work = int (*)(int resource, const State& state);
  /// The same for what has to be made, which may change the state.
  using Making = int (*)(int resource, State& state);

  /// Throws: SystemError when no process can be made
  Guardian(UniqueFd resource, Work work, Making making = nullptr);
  /// Has the work done, unless it was, when this is the process that made it; else lets go of it.
  ~Guardian();
  Guardian(const Guardian&) = delete;
  Guardian& operator=(const Guardian&) = delete;

  /// What to work with from now on.
  template <class T>
  void set(const T& value) noexcept {
    static_assert(std::is_trivially_copyable_v<T> && sizeof(T) <= sizeof(State));
    std::memcpy(state_.data(), &value, sizeof value);
    send_state();
  }

  /// Has the guardian itself make what it guards and waits for that: so there is no moment at which it is there and the
  /// guardian does not know whether it was made for this process.
  ///
  /// Returns: what the making returned
  template <class T>
  int make(T& value) noexcept {
    static_assert(std::is_trivially_copyable_v<T> && sizeof(T) <= sizeof(State));
    std::memcpy(state_.data(), &value, sizeof value);
    const int result = send_order_to_make();
    std::memcpy(&value, state_.data(), sizeof value);
    return result;
  }

  /// Whether this process made it, and is no copy of the one that did.
  [[nodiscard]] bool made_here() const noexcept;

  /// Has the work done now and waits for it.
  ///
  /// Returns: what the work returned; 0 the second time
  int finish() noexcept;

 private:
  struct Message;
  struct Answer;

  void send_state() noexcept;
  int send_order_to_make() noexcept;
  [[nodiscard]] bool ask(const Message& message, Answer& answer) const noexcept;
  [[noreturn]] void watch(int control) const noexcept;

  UniqueFd resource_;
  Work work_;
  Making making_;
  State state_ = {};
  UniqueFd control_;
  pid_t maker_;
  pid_t process_ = -1;
};

/// The value that was set, in the work.
template <class T>
T state_as(const Guardian::State& state) noexcept {
  T value;
  std::memcpy(&value, state.data(), sizeof value);
  return value;
}

}  // namespace bccxx::runtime
