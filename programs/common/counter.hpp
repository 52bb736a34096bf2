#pragma once
// Perf counters that a program may choose among, and what to take where the machine has none.

#include <bccxx/tables/perf_event_array.hpp>

#include <string>
#include <vector>

#include "program.hpp"

namespace programs {

/// The names `open_counter` knows.
[[nodiscard]] std::vector<std::string> counter_names();

/// Opens a counter on every CPU. Without hardware counters, as in most virtual machines, it takes the CPU clock and
/// says so.
///
/// Returns: the unit the counter counts in, such as "ns"
/// Throws:  std::invalid_argument for a name it does not know, SystemError
[[nodiscard]] std::string open_counter(const bccxx::PerfEventArray& counters, const std::string& name,
                                       const Program& program);

}  // namespace programs
