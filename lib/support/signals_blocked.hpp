#pragma once
// A scope in which no signal reaches this thread, nor a thread or process that it starts there.

#include <pthread.h>
#include <signal.h>

namespace bccxx::support {

/// Blocks all signals, and gives the thread its mask back. What is started meanwhile is born with them blocked and
/// never runs a handler of the program.
class SignalsBlocked {
 public:
  SignalsBlocked() noexcept {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_{};
};

}  // namespace bccxx::support
