// The end of a socket tells it that nobody holds the other one any more. It was cloned, not forked, and never returns
// to the C library's world: it makes system calls alone, so that no lock another thread held can stop it.

#include "runtime/guardian.hpp"

#include "support/signals_blocked.hpp"
#include "support/system_call.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace bccxx::runtime {
namespace {

enum class Order : int { remember, make, work };

/// Closes everything from `first` on.
void close_from(unsigned first) {
#ifdef SYS_close_range
  if (::syscall(SYS_close_range, first, ~0U, 0U) == 0) return;
#endif
  // Kernels before 5.9.
  rlimit limit = {};
  ::syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, nullptr, &limit);
  for (auto fd = first; fd < limit.rlim_cur; ++fd) ::syscall(SYS_close, fd);
}

/// Makes the two descriptors 0 and 1, and leaves no others.
void keep_only(int control, int resource) {
  const auto high_control = ::syscall(SYS_fcntl, control, F_DUPFD, 3);
  const auto high_resource = ::syscall(SYS_fcntl, resource, F_DUPFD, 3);
  ::syscall(SYS_dup3, high_control, 0, 0);
  ::syscall(SYS_dup3, high_resource, 1, 0);
  close_from(2);
}

}  // namespace

struct Guardian::Message {
  Order order = Order::remember;
  State state = {};
};

struct Guardian::Answer {
  int result = 0;
  State state = {};
};

Guardian::Guardian(UniqueFd resource, Work work, Making making)
    : resource_(std::move(resource)), work_(work), making_(making), maker_(::getpid()) {
  std::array<int, 2> ends = {};
  support::check(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()), "socketpair", "a guardian");
  control_.reset(ends[0]);
  const UniqueFd theirs(ends[1]);
  const support::SignalsBlocked blocked;
  // No flags: a copy as fork(2) makes it, without a signal at its end.
  const auto process = ::syscall(SYS_clone, 0UL, nullptr, nullptr, nullptr, 0UL);
  if (process == 0) watch(theirs.get());
  process_ = support::check(static_cast<int>(process), "clone", "a guardian");
}

void Guardian::watch(int control) const noexcept {
  keep_only(control, resource_.get());
  ::syscall(SYS_setsid);
  ::syscall(SYS_chdir, "/");
  ::syscall(SYS_prctl, PR_SET_NAME, "bccxx-guardian", 0, 0, 0);
  Message latest;
  for (;;) {
    Message message;
    const auto size = ::syscall(SYS_recvfrom, 0, &message, sizeof message, 0, nullptr, nullptr);
    if (size < 0 && errno == EINTR) continue;
    if (size == sizeof message) latest = message;
    if (size == sizeof message && message.order == Order::remember) continue;
    const bool makes = size == sizeof message && message.order == Order::make;
    Answer answer;
    answer.result = makes ? making_(1, latest.state) : work_(1, latest.state);
    answer.state = latest.state;
    if (size > 0) ::syscall(SYS_sendto, 0, &answer, sizeof answer, MSG_NOSIGNAL, nullptr, 0);
    if (makes) continue;
    for (;;) ::syscall(SYS_exit_group, 0);
  }
}

bool Guardian::ask(const Message& message, Answer& answer) const noexcept {
  ssize_t size = ::send(control_.get(), &message, sizeof message, MSG_NOSIGNAL);
  if (size <= 0) return false;
  do {
    size = ::recv(control_.get(), &answer, sizeof answer, 0);
  } while (size < 0 && errno == EINTR);
  return size == sizeof answer;
}

int Guardian::send_order_to_make() noexcept {
  Answer answer;
  if (ask({Order::make, state_}, answer)) {
    state_ = answer.state;
    return answer.result;
  }
  // Somebody killed it.
  return making_(resource_.get(), state_);
}

void Guardian::send_state() noexcept {
  const Message message = {Order::remember, state_};
  static_cast<void>(::send(control_.get(), &message, sizeof message, MSG_NOSIGNAL));
}

int Guardian::finish() noexcept {
  if (!control_) return 0;
  Answer answer;
  // If there is no answer, somebody killed it.
  const int result = ask({Order::work, state_}, answer) ? answer.result : work_(resource_.get(), state_);
  control_.reset();
  resource_.reset();
  if (made_here()) {
    while (::waitpid(process_, nullptr, static_cast<int>(__WCLONE)) < 0 && errno == EINTR) {
    }
  }
  return result;
}

bool Guardian::made_here() const noexcept { return maker_ == ::getpid(); }

Guardian::~Guardian() {
  if (made_here()) finish();
}

}  // namespace bccxx::runtime
