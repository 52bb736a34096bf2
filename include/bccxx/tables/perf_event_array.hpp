#pragma once
// Perf counters that programs read.

#include <bccxx/support/export.hpp>
#include <bccxx/tables/detail/fd_table.hpp>

#include <cstdint>
#include <vector>

namespace bccxx {

/// Perf events by CPU (BPF_PERF_ARRAY), for perf_read and perf_counter_value. The table keeps what it opened: an event
/// ends when its slot is removed or its map's descriptor has gone.
///
/// Throws:  TypeMismatch when the map is another kind
/// Kernel:  4.3
/// Source:  bcc PerfEventArray
/// Example: tests/integration/tables/fd_tables_test.cpp, "perf counters are opened for every CPU"
class BCCXX_API PerfEventArray : public detail::FdArray {
 public:
  explicit PerfEventArray(MapPtr map);

  /// Opens an event on every online CPU and puts it into that CPU's slot. `type` and `config` are those of
  /// perf_event_open(2); `pid` -1 counts every process.
  ///
  /// Returns: the CPUs, ascending
  /// Throws:  SystemError, with ENOENT where the machine has no such event; slots set before are emptied again
  std::vector<int> open_all_cpu(std::uint32_t type, std::uint64_t config, int pid = -1) const;
  /// Opens an event on one CPU.
  void open_on_cpu(int cpu, std::uint32_t type, std::uint64_t config, int pid = -1) const;
};

}  // namespace bccxx
