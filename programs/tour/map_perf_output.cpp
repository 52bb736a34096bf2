// Sends an event for each execve call through a perf buffer, and says how many each CPU lost.
//
// Run it as root:  map_perf_output [interval [count]] [--comm PREFIX] [--pages N]
// Each CPU has a buffer of its own: events of one CPU come in order, those of different CPUs need not. The kernel
// counts what found no room, and tells with the next event of that CPU that does. map_ring_buffer is its twin. To see
// some lost: stop the program (Ctrl-Z), make many calls elsewhere, go on (fg), and make one more.

#include <bccxx/bpf.hpp>

#include <fmt/format.h>

#include "c_string.hpp"
#include "program.hpp"

namespace {

constexpr const char* bpf_text = R"(
#include <bccxx/strings.h>
#include <linux/sched.h>

struct event_t {
  u32 pid;
  char comm[TASK_COMM_LEN];
};
BPF_PERF_OUTPUT(events);

int on_execve(struct pt_regs *ctx) {
  struct event_t event = {.pid = bpf_get_current_pid_tgid() >> 32};
  bpf_get_current_comm(&event.comm, sizeof(event.comm));
  if (!bccxx_starts_with(event.comm, ONLY_COMM)) return 0;
  events.perf_submit(ctx, &event, sizeof(event));
  return 0;
}
)";

struct Event {
  std::uint32_t pid;
  char comm[16];
};

}  // namespace

int main(int argc, char** argv) {
  programs::Program program("Shows each execve call as an event from a perf buffer.", {.interval = 10});
  std::string comm;
  std::uint64_t pages = 8;
  program.option("--comm", comm, "Only calls of programs whose name begins so");
  program.option("--pages", pages, programs::at_least_one, "Size of each CPU's buffer in pages, a power of two");

  return program.run(argc, argv, [&] {
    bccxx::BPF bpf(bpf_text, {.cflags = {"-DONLY_COMM=" + programs::comm_string(comm)}, .log = program.log()});
    std::uint64_t seen = 0;
    const auto on_event = [&](int cpu, const Event& event) {
      ++seen;
      if (program.json()) {
        program.print_json({{"cpu", cpu}, {"pid", event.pid}, {"comm", programs::printable(event.comm)}});
      } else {
        fmt::print("{:<4} {:<7} {}\n", cpu, event.pid, programs::printable(event.comm));
      }
    };
    const auto on_lost = [&](int cpu, std::uint64_t count) {
      program.note(fmt::format("CPU {} lost {} events", cpu, count));
    };
    auto events = bccxx::PerfBuffer::of<Event>(bpf.get_map("events"), on_event, on_lost, {.pages_per_cpu = pages});
    if (!program.json()) fmt::print("{:<4} {:<7} {}\n", "CPU", "PID", "COMM");
    bpf.attach_kprobe(bpf.get_syscall_fnname("execve"), "on_execve");

    for (const auto& tick : program.rounds({{.fd = events.fd(), .on_readable = [&] { events.consume(); }}})) {
      if (tick.last) bpf.detach_all();  // so that there is a line for each event counted
      events.consume();
      if (program.json()) {
        program.print_json({{"round", tick.number}, {"events", seen}, {"lost", events.lost()}});
      } else {
        fmt::print("--- {} events, {} lost\n", seen, events.lost());
      }
    }
  });
}
