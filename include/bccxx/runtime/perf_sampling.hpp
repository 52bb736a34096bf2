#pragma once
// How often a perf event runs a program, and where.

#include <cstdint>

namespace bccxx {

/// Exactly one of `period` and `frequency` is not 0.
///
/// Units: period in counts of the event (ns for the software clocks), frequency in Hz
struct PerfSampling {
  std::uint64_t period = 0;
  std::uint64_t frequency = 0;
  int pid = -1;    ///< -1 for every process
  int cpu = -1;    ///< -1 for every CPU that is online
  int group = -1;  ///< the descriptor of a group's leader; -1 for none
};

/// Values of perf_event_attr::type.
enum class PerfType : std::uint32_t { hardware = 0, software = 1, tracepoint = 2, hardware_cache = 3, raw = 4 };

/// Values of perf_event_attr::config for PerfType::software.
enum class PerfSoftware : std::uint64_t {
  cpu_clock = 0,
  task_clock = 1,
  page_faults = 2,
  context_switches = 3,
  cpu_migrations = 4,
  page_faults_minor = 5,
  page_faults_major = 6,
  alignment_faults = 7,
  emulation_faults = 8,
  dummy = 9,
  bpf_output = 10,
};

}  // namespace bccxx
