// What the calls of a function cost: a practical use of perf counters in BPF.
//
// Run it as root:  function_cost BINARY FUNCTION [interval [count]] [-p PID] [--event EVENT]
//   function_cost c qsort -p 4711                      CPU cycles of each call of qsort in process 4711
//   function_cost /usr/bin/git main --event page-faults
// Ctrl-C prints a histogram and percentiles. A uprobe reads the counter of the CPU when the function is entered, a
// uretprobe when it returns. Of a function that calls itself, the outermost call counts. A counter is that of a CPU:
// what else runs there during the call is in it, and calls that end on another CPU are left out and said to be.

#include <bccxx/bpf.hpp>
#include <bccxx/support/cpus.hpp>

#include <fmt/format.h>

#include "counter.hpp"
#include "program.hpp"

namespace {

constexpr const char* bpf_text = R"(
#include <uapi/linux/ptrace.h>

BPF_PERF_ARRAY(counters, NUM_CPUS);

struct begun_t {
  u64 value;
  u64 stack;
  u64 cpu;
};
BPF_HASH(begun, u64, struct begun_t);
BPF_HISTOGRAM(dist);
enum { total, moved, unread, numbers };
BPF_ARRAY(number, u64, numbers);

static void add(int which, u64 value) {
  u64 *sum = number.lookup(&which);
  if (sum) __sync_fetch_and_add(sum, value);
}

// perf_read gives a small negative number where there is nothing to read.
static int is_error(s64 value) { return value < 0 && value > -256; }

int enter_function(struct pt_regs *ctx) {
  u64 thread = bpf_get_current_pid_tgid();
  struct begun_t call = {.stack = PT_REGS_SP(ctx), .cpu = bpf_get_smp_processor_id()};
  struct begun_t *outer = begun.lookup(&thread);
  // Deeper on the stack than a call that has not returned. One that was left by longjmp lies deeper than this.
  if (outer && call.stack < outer->stack) return 0;
  call.value = counters.perf_read(CUR_CPU_IDENTIFIER);
  if (is_error(call.value))
    add(unread, 1);
  else
    begun.update(&thread, &call);
  return 0;
}

int leave_function(struct pt_regs *ctx) {
  u64 now = counters.perf_read(CUR_CPU_IDENTIFIER);
  u64 thread = bpf_get_current_pid_tgid();
  struct begun_t *call = begun.lookup(&thread);
  if (!call) return 0;
#if defined(bpf_target_x86)
  // The return address has been taken off by now.
  if (PT_REGS_SP(ctx) <= call->stack) return 0;
#else
  if (PT_REGS_SP(ctx) < call->stack) return 0;
#endif
  if (call->cpu != bpf_get_smp_processor_id()) {
    add(moved, 1);
  } else if (is_error(now)) {
    add(unread, 1);
  } else {
    u64 cost = now - call->value;
    add(total, cost);
    dist.atomic_increment(bpf_log2l(cost));
  }
  begun.delete(&thread);
  return 0;
}
)";

enum Number : std::uint32_t { total, moved, unread };

void print_cost(const programs::Program& program, const bccxx::BPF& bpf, std::uint64_t round, const std::string& unit) {
  const auto number = bpf.get_array_table<std::uint64_t>("number");
  const auto dist = bpf.get_histogram("dist");
  const auto rows = bccxx::log2_rows(dist.slots());
  std::uint64_t calls = 0;
  for (const auto& row : rows) calls += row.count;
  const auto percent = [&rows](double fraction) { return bccxx::percentile(rows, fraction); };
  if (program.json()) {
    for (const auto& [low, high, count] : rows)
      program.print_json({{"round", round}, {"low", low}, {"high", high}, {"count", count}});
    program.print_json({{"round", round},
                        {"unit", unit},
                        {"calls", calls},
                        {"total", number[total]},
                        {"p50", percent(0.5)},
                        {"p90", percent(0.9)},
                        {"p99", percent(0.99)}});
  } else {
    dist.print_log2_hist({.val_type = unit});
    fmt::print("{} calls", calls);
    if (calls != 0) {
      fmt::print(", {} {}, average {:.0f}, about p50 {:.0f}, p90 {:.0f}, p99 {:.0f}", number[total], unit,
                 static_cast<double>(number[total]) / static_cast<double>(calls), percent(0.5), percent(0.9),
                 percent(0.99));
    }
    fmt::print("\n");
  }
  if (number[moved] != 0) program.note(fmt::format("{} calls ended on another CPU and are left out", number[moved]));
  if (number[unread] != 0) program.note(fmt::format("the counter could not be read {} times", number[unread]));
}

}  // namespace

int main(int argc, char** argv) {
  programs::Program program("What the calls of a function cost.", {.interval = programs::no_interval});
  std::string binary;
  std::string function;
  int pid = -1;
  std::string event = "cycles";
  program.argument("BINARY", binary, "A program or library, by path or short name");
  program.argument("FUNCTION", function, "The function, as linked");
  program.option("-p,--pid", pid, programs::process_ids, "Only this process");
  program.choice("--event", event, programs::counter_names(), "What to count");

  return program.run(argc, argv, [&] {
    bccxx::BPF bpf(bpf_text, {.cflags = {fmt::format("-DNUM_CPUS={}", bccxx::possible_cpus())}, .log = program.log()});
    const auto unit = programs::open_counter(bpf.get_perf_event_array("counters"), event, program);
    const bccxx::UprobeTarget target = {.binary = binary, .symbol = function, .pid = pid};
    bpf.attach_uretprobe(target, "leave_function");
    bpf.attach_uprobe(target, "enter_function");

    for (const auto& tick : program.rounds()) {
      if (tick.last) bpf.detach_all();
      print_cost(program, bpf, tick.number, unit);
    }
  });
}
