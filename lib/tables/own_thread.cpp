// A caller's affinity and signals are its own affair.

#include "tables/own_thread.hpp"

#include "support/signals_blocked.hpp"
#include "support/system_call.hpp"

#include <sched.h>

#include <exception>
#include <system_error>
#include <thread>
#include <vector>

namespace bccxx::detail {
namespace {

std::thread start(const std::string& table, const std::function<void()>& work, std::exception_ptr& problem) {
  const support::SignalsBlocked blocked;
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
