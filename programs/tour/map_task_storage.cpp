// Counts the system calls of a process in a value that hangs on its task, and goes with it.
//
// Run it as root:  map_task_storage PID [interval [count]]
// User space gives the task a value, named by a pidfd; the BPF program counts only tasks that have one. Nobody has to
// look for the pid, nor to clean up when the process ends. It ends when the process does.

#include <bccxx/bpf.hpp>
#include <bccxx/support/unique_fd.hpp>

#include <fmt/format.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "program.hpp"

namespace {

constexpr const char* bpf_text = R"(
#include <linux/sched.h>

BPF_TASK_STORAGE(calls, u64);

RAW_TRACEPOINT_PROBE(sys_enter) {
  // BPF_LOCAL_STORAGE_GET_F_CREATE instead of 0 would give every task a value.
  u64 *mine = calls.task_storage_get(bpf_get_current_task_btf(), 0, 0);
  if (mine) __sync_fetch_and_add(mine, 1);
  return 0;
}
)";

}  // namespace

int main(int argc, char** argv) {
  programs::Program program("Counts the system calls of a process's first thread.");
  int pid = 0;
  program.argument("PID", pid, programs::process_ids, "The process");

  return program.run(argc, argv, [&] {
    const bccxx::UniqueFd process(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
    if (!process) throw bccxx::NotFound("process", std::to_string(pid));
    bccxx::BPF bpf(bpf_text, {.log = program.log()});
    const auto calls = bpf.get_task_storage_table<std::uint64_t>("calls");
    calls.update(process.get(), 0);

    for (const auto& tick : program.rounds()) {
      const auto count = calls.find(process.get());
      if (!count) {
        program.note(fmt::format("process {} has gone, and its value with it", pid));
        return;
      }
      if (program.json()) {
        program.print_json({{"round", tick.number}, {"pid", pid}, {"calls", *count}});
      } else {
        fmt::print("{} system calls\n", *count);
      }
    }
  });
}
