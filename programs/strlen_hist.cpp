// A histogram of the lengths that strlen returns, in every process.
//
// Run it as root:  strlen_hist [interval [count]] [-p PID] [--lib FILE] [--sym NAME]
// In glibc strlen is an IFUNC: the symbol belongs to a function that chooses the implementation for this CPU and
// returns its address. Probing the symbol would count addresses, so bccxx probes the implementation, and says so.

#include <bccxx/bpf.hpp>

#include <fmt/format.h>

#include "program.hpp"

namespace {

constexpr const char* bpf_text = R"(
#include <uapi/linux/ptrace.h>

BPF_HISTOGRAM(dist);

int count_length(struct pt_regs *ctx) {
  dist.atomic_increment(bpf_log2l(PT_REGS_RC(ctx)));
  return 0;
}
)";

}  // namespace

int main(int argc, char** argv) {
  programs::Program program("A histogram of the lengths that strlen returns.", {.interval = 1});
  int pid = -1;
  std::string library = "c";
  std::string symbol = "strlen";
  program.option("-p,--pid", pid, programs::process_ids, "Only this process");
  program.option("--lib", library, "The library, by path or short name");
  program.option("--sym", symbol, "The function");

  return program.run(argc, argv, [&] {
    bccxx::BPF bpf(bpf_text, {.log = program.log()});
    bpf.attach_uretprobe({.binary = library, .symbol = symbol, .pid = pid}, "count_length");
    const auto dist = bpf.get_histogram("dist");

    for (const auto& tick : program.rounds()) {
      if (program.json()) {
        for (const auto& [low, high, count] : bccxx::log2_rows(dist.slots()))
          program.print_json({{"round", tick.number}, {"low", low}, {"high", high}, {"count", count}});
      } else {
        fmt::print("{:<8}\n", programs::time_of_day());
        dist.print_log2_hist({.val_type = symbol + " return:"});
      }
      dist.clear();
    }
  });
}
