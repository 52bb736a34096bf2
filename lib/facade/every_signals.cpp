// The handler may run on any thread, at any moment, the destructor's included: everything it touches is atomic or set
// before it is installed.

#include "facade/every_signals.hpp"

#include "support/system_call.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <stdexcept>
#include <thread>

namespace bccxx::facade {
namespace {

struct Handled {
  int signal;
  struct sigaction old;
};

std::array<Handled, 2> handled = {Handled{SIGINT, {}}, Handled{SIGTERM, {}}};
std::atomic<bool> in_use = false;
std::atomic<int> wake_fd = -1;
std::atomic<int> handlers_running = 0;
static_assert(std::atomic<int>::is_always_lock_free);

extern "C" void on_stop_signal(int signal);

// Leaves alone what the program has installed since.
void restore_handlers() noexcept {
  for (const auto& [signal, old] : handled) {
    struct sigaction now {};
    if (sigaction(signal, nullptr, &now) == 0 && now.sa_handler == on_stop_signal) sigaction(signal, &old, nullptr);
  }
}

extern "C" void on_stop_signal(int signal) {
  const int saved_errno = errno;
  ++handlers_running;
  const int fd = wake_fd;
  restore_handlers();
  if (fd >= 0) {
    const std::uint64_t one = 1;
    static_cast<void>(!write(fd, &one, sizeof one));
  } else {
    // The owner went away between the signal and this line: it is for the old handler.
    raise(signal);
  }
  --handlers_running;
  errno = saved_errno;
}

void note_old(Handled& entry) {
  support::check(sigaction(entry.signal, nullptr, &entry.old), "sigaction", "a stop signal");
}

void install(const Handled& entry) {
  if (entry.old.sa_handler == SIG_IGN) return;
  struct sigaction action {};
  action.sa_handler = on_stop_signal;
  action.sa_flags = SA_RESTART;
  // Of two that come at once, the second must find the old handlers.
  for (const auto& other : handled) sigaddset(&action.sa_mask, other.signal);
  support::check(sigaction(entry.signal, &action, nullptr), "sigaction", "a stop signal");
}

}  // namespace

StopSignals::StopSignals() {
  if (in_use.exchange(true)) throw std::logic_error("every: another loop over ticks is running in this process");
  try {
    fd_.reset(support::check(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd", "stop signals"));
    wake_fd = fd_.get();
    // All before the first is installed: its handler may run at once, on any thread, and reads them.
    for (auto& entry : handled) note_old(entry);
    for (const auto& entry : handled) install(entry);
  } catch (...) {
    restore_handlers();
    wake_fd = -1;
    in_use = false;
    throw;
  }
}

StopSignals::~StopSignals() {
  restore_handlers();
  wake_fd = -1;
  while (handlers_running != 0) std::this_thread::yield();
  fd_.reset();
  in_use = false;
}

}  // namespace bccxx::facade
