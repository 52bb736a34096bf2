// What one system call costs, by a perf counter that BPF reads at its entry and at its return.
//
// Run it as root:  map_perf_array_simple [interval [count]] [--event EVENT] [--count N]
// Each round calls getuid N times. The value at entry is kept by thread, so that calls of other threads on the same CPU
// cannot mix with it; a call that ends on another CPU, whose counter is another one, is left out.

#include <bccxx/bpf.hpp>
#include <bccxx/support/cpus.hpp>

#include <fmt/format.h>

#include <sys/syscall.h>
#include <unistd.h>

#include "counter.hpp"
#include "program.hpp"

namespace {

constexpr const char* bpf_text = R"(
BPF_PERF_ARRAY(cnt1, NUM_CPUS);

struct begun_t {
  u64 value;
  u64 cpu;
};
BPF_HASH(prev, u64, struct begun_t);
BPF_HISTOGRAM(dist);
BPF_ARRAY(moved, u64, 1);

// perf_read gives a small negative number where there is nothing to read.
static int is_error(s64 value) { return value < 0 && value > -256; }

int enter_getuid(struct pt_regs *ctx) {
  u64 thread = bpf_get_current_pid_tgid();
  if (thread >> 32 != PID) return 0;
  struct begun_t begun = {.cpu = bpf_get_smp_processor_id()};
  begun.value = cnt1.perf_read(CUR_CPU_IDENTIFIER);
  if (!is_error(begun.value)) prev.update(&thread, &begun);
  return 0;
}

int leave_getuid(struct pt_regs *ctx) {
  u64 now = cnt1.perf_read(CUR_CPU_IDENTIFIER);
  u64 thread = bpf_get_current_pid_tgid();
  struct begun_t *begun = prev.lookup(&thread);
  if (!begun) return 0;
  if (begun->cpu != bpf_get_smp_processor_id())
    moved.atomic_increment(0);
  else if (!is_error(now))
    dist.atomic_increment(bpf_log2l(now - begun->value));
  prev.delete(&thread);
  return 0;
}
)";

}  // namespace

int main(int argc, char** argv) {
  programs::Program program("What getuid costs, by a perf counter.", {.first = bccxx::FirstTick::at_once, .count = 1});
  std::string event = "cycles";
  std::uint64_t calls = 100;
  program.choice("--event", event, programs::counter_names(), "What to count");
  program.option("--count", calls, programs::at_least_one, "Calls in a round");

  return program.run(argc, argv, [&] {
    bccxx::BPF bpf(bpf_text,
                   {.cflags = {fmt::format("-DNUM_CPUS={}", bccxx::possible_cpus()), fmt::format("-DPID={}", getpid())},
                    .log = program.log()});
    const auto unit = programs::open_counter(bpf.get_perf_event_array("cnt1"), event, program);
    const auto getuid_function = bpf.get_syscall_fnname("getuid");
    bpf.attach_kprobe(getuid_function, "enter_getuid");
    bpf.attach_kretprobe(getuid_function, "leave_getuid");
    const auto dist = bpf.get_histogram("dist");

    for (const auto& tick : program.rounds()) {
      dist.clear();
      for (std::uint64_t i = 0; i < calls; ++i) syscall(SYS_getuid);
      if (program.json()) {
        for (const auto& [low, high, count] : bccxx::log2_rows(dist.slots()))
          program.print_json({{"round", tick.number}, {"unit", unit}, {"low", low}, {"high", high}, {"count", count}});
      } else {
        dist.print_log2_hist({.val_type = "value (" + unit + ")"});
      }
    }
    if (const auto moved = bpf.get_array_table<std::uint64_t>("moved")[0]; moved != 0)
      program.note(fmt::format("{} calls ended on another CPU and are left out", moved));
  });
}
