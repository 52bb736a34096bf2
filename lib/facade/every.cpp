// The loop waits for a timer, the stop signals and the caller's descriptors in one poll.

#include <bccxx/every.hpp>

#include "facade/every_signals.hpp"
#include "support/system_call.hpp"

#include <poll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>

namespace bccxx {
namespace {

UniqueFd make_timer(std::chrono::nanoseconds period) {
  if (period <= period.zero()) throw std::invalid_argument("every: the period must be positive");
  UniqueFd timer(
      support::check(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK), "timerfd_create", "every"));
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(period);
  itimerspec spec{};
  spec.it_value.tv_sec = seconds.count();
  spec.it_value.tv_nsec = (period - seconds).count();
  spec.it_interval = spec.it_value;
  support::check(timerfd_settime(timer.get(), 0, &spec, nullptr), "timerfd_settime", "every");
  return timer;
}

}  // namespace

struct Every::State {
  State(std::chrono::nanoseconds period, EveryOptions wanted) : timer(make_timer(period)), options(std::move(wanted)) {
    polled.push_back({signals.fd(), POLLIN, 0});
    polled.push_back({timer.get(), POLLIN, 0});
    for (const auto& watch : options.watch) polled.push_back({watch.fd, POLLIN, 0});
  }

  void poll_once();
  void serve_watches();
  bool stopped() const { return polled[0].revents != 0; }
  std::uint64_t wait();

  facade::StopSignals signals;
  UniqueFd timer;
  EveryOptions options;
  std::vector<pollfd> polled;
};

void Every::State::poll_once() {
  while (poll(polled.data(), polled.size(), -1) < 0) {
    if (errno != EINTR) support::fail(errno, "poll", "every");
  }
}

void Every::State::serve_watches() {
  for (std::size_t i = 0; i < options.watch.size(); ++i) {
    pollfd& entry = polled[i + 2];
    if ((entry.revents & POLLIN) != 0) {
      options.watch[i].on_readable();
    } else if (entry.revents != 0) {
      entry.fd = -1;
    }
  }
}

// Until the timer or a signal; gives the periods that have passed, 0 for a signal.
std::uint64_t Every::State::wait() {
  for (;;) {
    poll_once();
    if (stopped()) return 0;
    serve_watches();
    std::uint64_t periods = 0;
    if (polled[1].revents != 0 && read(timer.get(), &periods, sizeof periods) == sizeof periods) return periods;
  }
}

Every::Every(std::chrono::nanoseconds period, EveryOptions options)
    : state_(std::make_unique<State>(period, std::move(options))) {}

Every::~Every() = default;

void Every::Iterator::advance() {
  if (tick_.last) {
    ended_ = true;
    return;
  }
  State& state = *owner_->state_;
  const bool at_once = tick_.number == 0 && state.options.first == FirstTick::at_once;
  const std::uint64_t periods = at_once ? 1 : state.wait();
  ++tick_.number;
  tick_.skipped = periods > 1 ? periods - 1 : 0;
  tick_.last = periods == 0 || tick_.number == state.options.count;
}

}  // namespace bccxx
