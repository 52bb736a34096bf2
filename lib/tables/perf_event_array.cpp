// Opens perf events and hands them to the map, which keeps them.

#include <bccxx/support/cpus.hpp>
#include <bccxx/tables/perf_event_array.hpp>

#include "support/perf_event.hpp"
#include "support/system_call.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>

#include <cerrno>
#include <utility>

namespace bccxx {

PerfEventArray::PerfEventArray(MapPtr map) : FdArray(std::move(map), {MapKind::perf_event_array}) {}

void PerfEventArray::open_on_cpu(int cpu, std::uint32_t type, std::uint64_t config, int pid) const {
  perf_event_attr attributes{};
  attributes.type = type;
  attributes.config = config;
  const auto what = fmt::format("type {} config {:#x} on CPU {}", type, config, cpu);
  const auto event = support::open_perf_event(attributes, pid, cpu);
  if (!event) support::fail(errno, "open perf event", what);
  support::check(::ioctl(event.get(), PERF_EVENT_IOC_ENABLE, 0), "enable perf event", what);
  update(static_cast<std::uint32_t>(cpu), event.get());
}

std::vector<int> PerfEventArray::open_all_cpu(std::uint32_t type, std::uint64_t config, int pid) const {
  auto cpus = online_cpus();
  std::size_t opened = 0;
  try {
    for (; opened < cpus.size(); ++opened) open_on_cpu(cpus[opened], type, config, pid);
  } catch (...) {
    while (opened-- > 0) remove(static_cast<std::uint32_t>(cpus[opened]));
    throw;
  }
  return cpus;
}

}  // namespace bccxx
