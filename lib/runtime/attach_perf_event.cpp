// One perf event per CPU, each with the program.

#include "runtime/attach_perf_event.hpp"

#include "runtime/attach_error.hpp"
#include "runtime/descriptors_holder.hpp"
#include "runtime/perf_event.hpp"
#include "support/system_call.hpp"

#include <bccxx/support/cpus.hpp>

#include <fmt/format.h>

#include <cerrno>
#include <memory>
#include <stdexcept>
#include <vector>

namespace bccxx::runtime {
namespace {

[[noreturn]] void refuse(const Program& program, const std::string& target, int pid, int code) {
  constexpr auto via = AttachVia::perf_event;
  switch (code) {
    case ENOENT:
    case EOPNOTSUPP:
    case ENODEV:
      fail_attach(program, via, target, code, "this machine has no such event");
    case ESRCH:
      fail_attach(program, via, target, code, fmt::format("no process {}", pid));
    default:
      fail_attach(program, via, target, code, "perf_event_open: " + support::error_code(code).message());
  }
}

}  // namespace

Link attach_perf_event_raw(const Program& program, const ::perf_event_attr& event, int pid, int cpu, int group) {
  const auto target = fmt::format("{}:{:#x}", event.type, event.config);
  std::vector<UniqueFd> running;
  for (const int each : cpu >= 0 ? std::vector<int>{cpu} : online_cpus()) {
    auto attributes = event;
    auto fd = open_perf_event(attributes, pid, each, group);
    const int code = errno;
    if (fd) {
      running.push_back(run_on_event(std::move(fd), program, AttachVia::perf_event, target));
    } else if (code != ENODEV || cpu >= 0) {
      refuse(program, target, pid, code);
    }
    // ENODEV: the CPU went away after it was listed.
  }
  if (running.empty()) refuse(program, target, pid, ENODEV);
  return {std::make_unique<DescriptorsHolder>(std::move(running)), AttachVia::perf_event, program.name(), target};
}

Link attach_perf_event(const Program& program, std::uint32_t type, std::uint64_t config, const PerfSampling& how) {
  if ((how.period == 0) == (how.frequency == 0)) {
    throw std::invalid_argument("a perf event needs a period or a frequency");
  }
  perf_event_attr attributes = {};
  attributes.type = type;
  attributes.config = config;
  attributes.freq = how.frequency != 0;
  attributes.inherit = how.pid > 0;
  if (how.frequency != 0) {
    attributes.sample_freq = how.frequency;
  } else {
    attributes.sample_period = how.period;
  }
  return attach_perf_event_raw(program, attributes, how.pid, how.cpu, how.group);
}

}  // namespace bccxx::runtime
