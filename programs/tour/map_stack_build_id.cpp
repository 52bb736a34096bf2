// The bytes that short-lived processes ask malloc for, by stack, named after they have gone.
//
// Run it as root:  map_stack_build_id BINARY [interval [count]] [--lines]
// An address says nothing once the process that had it has gone. This kind of stack table notes the build id of the
// file and the offset in it instead, and any file with that build id has the name. Processes that run BINARY are
// watched.

#include <bccxx/bpf.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "c_string.hpp"
#include "program.hpp"
#include "stack_text.hpp"

namespace {

constexpr const char* bpf_text = R"(
#include <bccxx/stacks.h>
#include <bccxx/strings.h>
#include <linux/sched.h>
#include <uapi/linux/ptrace.h>

BPF_STACK_TRACE_BUILDID(stacks, 1024);
BPF_HASH(bytes, s64);
BCCXX_LOST_STACKS(lost);

int alloc_enter(struct pt_regs *ctx, size_t size) {
  char comm[TASK_COMM_LEN] = {};
  bpf_get_current_comm(&comm, sizeof(comm));
  if (!bccxx_equals(comm, ONLY_COMM)) return 0;
  s64 stack = stacks.get_stackid(ctx, BPF_F_USER_STACK);
  if (stack >= 0) {
    bytes.atomic_increment(stack, size);
  } else {
    int zero = 0;
    bccxx_count_lost_stack(lost.lookup(&zero), stack, size);
  }
  return 0;
}
)";

using programs::Lines;

}  // namespace

int main(int argc, char** argv) {
  programs::Program program("The bytes that processes of a binary ask malloc for, by stack.",
                            {.interval = programs::no_interval});
  std::string binary;
  bool lines = false;
  program.argument("BINARY", binary, "The file they run");
  program.flag("--lines", lines, "Show file and line and inlined functions, where there is debug information");

  return program.run(argc, argv, [&] {
    const auto comm = std::filesystem::path(binary).filename().string().substr(0, 15);
    bccxx::BPF bpf(bpf_text, {.cflags = {"-DONLY_COMM=" + programs::c_string(comm)}, .log = program.log()});
    if (!bpf.symbols().add_module(binary)) throw bccxx::NotFound("binary with a build id", binary);
    bpf.symbols().remember(getpid());  // whose C library is theirs, too
    bpf.attach_uprobe({.binary = "c", .symbol = "malloc"}, "alloc_enter");
    const auto stacks = bpf.get_stackbuildid_table("stacks");
    const auto bytes = bpf.get_hash_table<std::int64_t, std::uint64_t>("bytes");

    for (const auto& tick : program.rounds()) {
      if (tick.last) bpf.detach_all();
      auto rows = bytes.items();
      std::ranges::sort(rows, std::ranges::greater(), &std::pair<std::int64_t, std::uint64_t>::second);
      for (const auto& [stack, size] : rows) {
        const auto text = programs::stack_text(stacks.walk(stack), lines ? Lines::show : Lines::hide);
        if (program.json()) {
          program.print_json({{"bytes", size}, {"stack", programs::joined(text)}});
        } else {
          fmt::print("{} bytes allocated at:\n\t{}\n", size, fmt::join(text, "\n\t"));
        }
      }
      const auto lost = bpf.get_lost_stacks("lost");
      const auto events = lost.collisions.events + lost.unwalkable.events + lost.others.events;
      if (events != 0) program.note(fmt::format("{} calls have no stack", events));
    }
  });
}
