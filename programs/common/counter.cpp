// One row for each counter there is to choose; only hardware counters may be absent.

#include "counter.hpp"

#include <bccxx/runtime/perf_sampling.hpp>
#include <bccxx/support/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace programs {
namespace {

using bccxx::PerfSoftware;
using bccxx::PerfType;

struct Counter {
  std::string name;
  PerfType type;
  std::uint64_t config;
  std::string unit;
};

constexpr std::uint64_t cpu_cycles = 0;
constexpr std::uint64_t instructions = 1;

const std::vector<Counter>& counters_known() {
  static const std::vector<Counter> known = {
      {"cycles", PerfType::hardware, cpu_cycles, "cycles"},
      {"instructions", PerfType::hardware, instructions, "instructions"},
      {"cpu-clock", PerfType::software, static_cast<std::uint64_t>(PerfSoftware::cpu_clock), "ns"},
      {"task-clock", PerfType::software, static_cast<std::uint64_t>(PerfSoftware::task_clock), "ns"},
      {"page-faults", PerfType::software, static_cast<std::uint64_t>(PerfSoftware::page_faults), "page faults"},
  };
  return known;
}

const Counter& find(const std::string& name) {
  const auto found = std::ranges::find(counters_known(), name, &Counter::name);
  if (found == counters_known().end()) throw std::invalid_argument("no counter is called " + name);
  return *found;
}

}  // namespace

std::vector<std::string> counter_names() {
  std::vector<std::string> names;
  for (const auto& counter : counters_known()) names.push_back(counter.name);
  return names;
}

std::string open_counter(const bccxx::PerfEventArray& counters, const std::string& name, const Program& program) {
  const auto open = [&counters](const Counter& counter) {
    counters.open_all_cpu(static_cast<std::uint32_t>(counter.type), counter.config);
    return counter.unit;
  };
  const auto& wanted = find(name);
  try {
    return open(wanted);
  } catch (const bccxx::SystemError& error) {
    const bool absent =
        error.code() == std::errc::no_such_file_or_directory || error.code() == std::errc::operation_not_supported;
    if (wanted.type != PerfType::hardware || !absent) throw;
  }
  const auto& instead = find("cpu-clock");
  program.note(fmt::format("counts {} ({}): this machine has no hardware counter for {}", instead.name, instead.unit,
                           wanted.name));
  return open(instead);
}

}  // namespace programs
