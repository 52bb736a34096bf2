// Two BPF objects with one table: the first notes when a program began, the second how long it ran.
//
// Run it as root:  map_shared [interval [count]] [--comm PREFIX]
// BPF_TABLE_PUBLIC offers a table to every BPF object of the process, BPF_TABLE("extern", ...) takes it by its name.
// The first object must be there before the second. BPF_TABLE_SHARED offers only to objects with the same
// maps_namespace.

#include <bccxx/bpf.hpp>

#include <fmt/format.h>

#include "c_string.hpp"
#include "program.hpp"

namespace {

constexpr const char* begin_text = R"(
#include <bccxx/strings.h>
#include <linux/sched.h>

struct run_t {
  u64 began;
  char comm[TASK_COMM_LEN];
};
BPF_TABLE_PUBLIC("hash", u32, struct run_t, running, 10240);

int on_execve(struct pt_regs *ctx) {
  u32 pid = bpf_get_current_pid_tgid() >> 32;
  struct run_t run = {.began = bpf_ktime_get_ns()};
  bpf_get_current_comm(&run.comm, sizeof(run.comm));
  if (bccxx_starts_with(run.comm, ONLY_COMM)) running.update(&pid, &run);
  return 0;
}
)";

constexpr const char* end_text = R"(
#include <linux/sched.h>

struct run_t {
  u64 began;
  char comm[TASK_COMM_LEN];
};
BPF_TABLE("extern", u32, struct run_t, running, 10240);
struct ended_t {
  u64 nanoseconds;
  char comm[TASK_COMM_LEN];
  u64 pid;
};
BPF_RINGBUF_OUTPUT(ended, 8);

TRACEPOINT_PROBE(sched, sched_process_exit) {
  u64 task = bpf_get_current_pid_tgid();
  u32 pid = task >> 32;
  if (pid != (u32)task) return 0;  // not the last thread
  struct run_t *run = running.lookup(&pid);
  if (!run) return 0;
  struct ended_t event = {.nanoseconds = bpf_ktime_get_ns() - run->began, .pid = pid};
  __builtin_memcpy(event.comm, run->comm, sizeof(event.comm));
  running.delete(&pid);
  ended.ringbuf_output(&event, sizeof(event), 0);
  return 0;
}
)";

struct Run {
  std::uint64_t began;
  char comm[16];
};
struct Ended {
  std::uint64_t nanoseconds;
  char comm[16];
  std::uint64_t pid;
};

}  // namespace

int main(int argc, char** argv) {
  programs::Program program("Shows how long programs ran, from execve to the end.",
                            {.interval = programs::no_interval});
  std::string comm;
  program.option("--comm", comm, "Only what was executed by programs whose name begins so");

  return program.run(argc, argv, [&] {
    bccxx::BPF begins(begin_text, {.cflags = {"-DONLY_COMM=" + programs::comm_string(comm)}, .log = program.log()});
    bccxx::BPF ends(end_text, {.log = program.log()});
    auto events = bccxx::RingBuffer::of<Ended>(ends.get_map("ended"), [&](const Ended& event) {
      const auto caller = programs::printable(event.comm);
      const auto milliseconds = static_cast<double>(event.nanoseconds) / 1e6;
      if (program.json()) {
        program.print_json({{"pid", event.pid}, {"comm", caller}, {"ms", milliseconds}});
      } else {
        fmt::print("{:<7} {:<16} {:.3f}\n", event.pid, caller, milliseconds);
      }
    });
    if (!program.json()) fmt::print("{:<7} {:<16} {}\n", "PID", "STARTED BY", "MILLISECONDS");
    begins.attach_kprobe(begins.get_syscall_fnname("execve"), "on_execve");

    for (const auto& tick : program.rounds({{.fd = events.fd(), .on_readable = [&] { events.consume(); }}})) {
      events.consume();
      const auto running = begins.get_hash_table<std::uint32_t, Run>("running").size();
      if (program.json()) program.print_json({{"round", tick.number}, {"running", running}});
      if (!program.json()) fmt::print("--- {} still running\n", running);
    }
  });
}
