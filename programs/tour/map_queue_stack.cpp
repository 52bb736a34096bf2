// Puts each execve call into a queue and on a stack: what comes out of each, and what happens when it is full.
//
// Run it as root:  map_queue_stack [interval [count]] [--comm PREFIX]
// Neither has keys. The queue gives the oldest call first and refuses a new one when it is full; the stack gives the
// newest first, and here drops the oldest when it is full. Reading takes a value out.

#include <bccxx/bpf.hpp>

#include <fmt/format.h>

#include "c_string.hpp"
#include "program.hpp"

namespace {

constexpr const char* bpf_text = R"(
#include <bccxx/strings.h>
#include <linux/sched.h>

struct call_t {
  u32 pid;
  char comm[TASK_COMM_LEN];
};
BPF_QUEUE(todo, struct call_t, 5);
BPF_STACK(latest, struct call_t, 3);
BPF_ARRAY(refused, u64, 1);

int on_execve(struct pt_regs *ctx) {
  struct call_t call = {.pid = bpf_get_current_pid_tgid() >> 32};
  bpf_get_current_comm(&call.comm, sizeof(call.comm));
  if (!bccxx_starts_with(call.comm, ONLY_COMM)) return 0;
  if (todo.push(&call, 0) != 0) refused.atomic_increment(0);
  latest.push(&call, BPF_EXIST);
  return 0;
}
)";

struct Call {
  std::uint32_t pid;
  char comm[16];
};

void print_all(const programs::Program& program, std::uint64_t round, const bccxx::QueueStackTable<Call>& table) {
  while (const auto call = table.pop()) {
    const auto comm = programs::printable(call->comm);
    if (program.json()) {
      program.print_json({{"round", round}, {"table", table.name()}, {"pid", call->pid}, {"comm", comm}});
    } else {
      fmt::print("{:<7} {:>7} {}\n", table.name(), call->pid, comm);
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  programs::Program program("Shows the first and the latest execve calls since the round before.", {.interval = 5});
  std::string comm;
  program.option("--comm", comm, "Only calls of programs whose name begins so");

  return program.run(argc, argv, [&] {
    bccxx::BPF bpf(bpf_text, {.cflags = {"-DONLY_COMM=" + programs::comm_string(comm)}, .log = program.log()});
    const auto todo = bpf.get_queuestack_table<Call>("todo");
    const auto latest = bpf.get_queuestack_table<Call>("latest");
    const auto refused = bpf.get_array_table<std::uint64_t>("refused");
    bpf.attach_kprobe(bpf.get_syscall_fnname("execve"), "on_execve");

    for (const auto& tick : program.rounds()) {
      print_all(program, tick.number, todo);
      print_all(program, tick.number, latest);
      if (program.json()) {
        program.print_json({{"round", tick.number}, {"table", "todo"}, {"refused", refused[0]}});
      } else {
        fmt::print("--- the queue has refused {}\n", refused[0]);
      }
    }
  });
}
