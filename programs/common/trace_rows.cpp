// A row for each line that is there, and a remark when lines were lost.

#include "trace_rows.hpp"

#include <fmt/format.h>

namespace programs {

TraceRows::TraceRows(bccxx::BPF& bpf, const Program& program) : trace_(bpf.trace()), program_(program) {
  if (!program_.json()) fmt::print("{:<6} {:<12} {}\n", "PID", "COMM", "OUTPUT");
}

bccxx::Watch TraceRows::watch() {
  return {.fd = trace_.fd(), .on_readable = [this] { print(); }};
}

void TraceRows::print() {
  while (const auto line = trace_.fields(std::chrono::milliseconds(0))) {
    if (program_.json()) {
      program_.print_json({{"pid", line->pid}, {"comm", line->task}, {"output", line->message}});
    } else {
      fmt::print("{:<6} {:<12.12} {}\n", line->pid, printable(line->task), printable(line->message));
    }
  }
  if (trace_.lost() == lost_) return;
  program_.note(fmt::format("{} lines were lost", trace_.lost() - lost_));
  lost_ = trace_.lost();
}

}  // namespace programs
