// A caller's affinity and signals are its own affair.

#include "tables/own_thread.hpp"

#include "support/system_call.hpp"

#include <sched.h>
#include <signal.h>

#include <exception>
#include <system_error>
#include <thread>
#include <vector>

namespace bccxx::detail {
namespace {

/// A thread is born with the signal mask of the one that starts it.
class SignalsBlocked {
 public:
  SignalsBlocked() {
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

std::thread start(const std::string& table, const std::function<void()>& work, std::exception_ptr& problem) {
  const SignalsBlocked blocked;
  try {
    return std::thread([&work, &problem] {
      try {
        work();
      } catch (...) {
        problem = std::current_exception();
      }
    });
  } catch (const std::system_error& error) {
    support::fail(error.code().value(), "start a thread to drain table", table);
  }
}

}  // namespace

void on_own_thread(const std::string& table, const std::function<void()>& work) {
  std::exception_ptr problem;
  start(table, work, problem).join();
  if (problem) std::rethrow_exception(problem);
}

bool move_to_cpu(std::size_t cpu) {
  std::vector<cpu_set_t> set(cpu / CPU_SETSIZE + 1);
  const auto size = set.size() * sizeof(cpu_set_t);
  for (auto& part : set) CPU_ZERO(&part);
  CPU_SET_S(cpu, size, set.data());
  return ::sched_setaffinity(0, size, set.data()) == 0;
}

}  // namespace bccxx::detail
