#pragma once
// What BPF programs print with bpf_trace_printk, as rows under a header.

#include <bccxx/bpf.hpp>

#include "program.hpp"

namespace programs {

/// Prints the lines of bpf_trace_printk as they come. Made before anything is attached, it misses none.
class TraceRows {
 public:
  TraceRows(bccxx::BPF& bpf, const Program& program);

  /// For Program::rounds.
  [[nodiscard]] bccxx::Watch watch();
  /// Prints what there is now.
  void print();

 private:
  bccxx::TracePipe& trace_;
  const Program& program_;
  std::uint64_t lost_ = 0;
};

}  // namespace programs
