// perf_event_open(2).

#include "support/perf_event.hpp"

#include <sys/syscall.h>
#include <unistd.h>

namespace bccxx::support {

UniqueFd open_perf_event(perf_event_attr& attributes, int pid, int cpu, int group) noexcept {
  attributes.size = sizeof(attributes);
  return UniqueFd(static_cast<int>(::syscall(SYS_perf_event_open, &attributes, pid, cpu, group, PERF_FLAG_FD_CLOEXEC)));
}

}  // namespace bccxx::support
