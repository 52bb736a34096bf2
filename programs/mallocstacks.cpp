// The bytes one process asks malloc for, by the stack that asked.
//
// Run it as root:  mallocstacks PID [NUM_STACKS [interval [count]]] [--lines] [--folded] [--svg FILE]
// Ctrl-C prints the stacks, the one with the most bytes first. calloc and realloc are not counted.
// The probe fires before malloc has a frame of its own, so a walk along the frame pointers can miss who called it. The
// return address, still on top of the stack, says who: it is part of the key.

#include <bccxx/bpf.hpp>
#include <bccxx/print/flame_graph.hpp>
#include <bccxx/print/folded_stacks.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <signal.h>

#include <algorithm>
#include <cerrno>
#include <fstream>

#include "program.hpp"
#include "stack_text.hpp"

namespace {

constexpr const char* bpf_text = R"(
#include <uapi/linux/ptrace.h>
#include <bccxx/stacks.h>

struct key_t {
  u64 caller;
  s64 stack;
};
BPF_HASH(calls, struct key_t);
BPF_STACK_TRACE(stack_traces, NUM_STACKS);
BCCXX_LOST_STACKS(lost);

int alloc_enter(struct pt_regs *ctx, size_t size) {
  struct key_t key = {};
  key.stack = stack_traces.get_stackid(ctx, BPF_F_USER_STACK);
  if (key.stack < 0) {
    int zero = 0;
    bccxx_count_lost_stack(lost.lookup(&zero), key.stack, size);
    return 0;
  }
#if defined(bpf_target_x86)
  bpf_probe_read_user(&key.caller, sizeof(key.caller), (void *)PT_REGS_SP(ctx));
#endif
  u64 none = 0;
  u64 *bytes = calls.lookup_or_try_init(&key, &none);
  if (bytes) __sync_fetch_and_add(bytes, size);
  return 0;
}
)";

// The table's size is the next power of two, in 32 bits.
constexpr std::uint64_t most_stacks = std::uint64_t{1} << 31;

struct Key {
  std::uint64_t caller;
  std::int64_t stack;
};
using programs::Lines;

struct Stack {
  std::uint64_t bytes;
  std::vector<bccxx::Frame> frames;  // innermost first
};

std::vector<bccxx::Frame> walk(const bccxx::StackTraceTable& table, const Key& key, int pid) {
  auto addresses = table[key.stack];
  // Some kernels see for themselves that the function has just been entered.
  const bool missing = key.caller != 0 && (addresses.size() < 2 || addresses[1] != key.caller);
  if (missing) addresses.insert(addresses.begin() + (addresses.empty() ? 0 : 1), key.caller);
  return table.symbols().resolve_stack(pid, addresses);
}

bccxx::FoldedStacks fold(const std::vector<Stack>& stacks, const std::string& process) {
  bccxx::FoldedStacks folded;
  for (const auto& [bytes, frames] : stacks) {
    std::vector<std::string> names;
    for (const auto& frame : frames) {
      const auto outer_first = folded_names(frame);
      names.insert(names.end(), outer_first.rbegin(), outer_first.rend());
    }
    folded.add(process, names, {}, bytes);
  }
  return folded;
}

std::string process_name(int pid) {
  std::ifstream comm("/proc/" + std::to_string(pid) + "/comm");
  std::string name;
  std::getline(comm, name);
  return name;
}

void print_stacks(const programs::Program& program, const std::vector<Stack>& stacks, Lines lines) {
  for (const auto& [bytes, frames] : stacks) {
    const auto text = programs::stack_text(frames, lines);
    if (program.json()) {
      program.print_json({{"bytes", bytes}, {"stack", programs::joined(text)}});
    } else {
      fmt::print("{} bytes allocated at:\n\t{}\n", bytes, fmt::join(text, "\n\t"));
    }
  }
}

void note_lost(const programs::Program& program, const bccxx::LostStacks& lost) {
  const auto note = [&](const bccxx::LostStacks::Events& what, std::string_view why) {
    if (what.events != 0)
      program.note(fmt::format("{} calls for {} bytes have no stack: {}", what.events, what.weight, why));
  };
  note(lost.collisions, "another stack took its place in the table, which more NUM_STACKS would help");
  note(lost.unwalkable, "the kernel could not walk it");
  note(lost.others, "the kernel had no room for it");
}

}  // namespace

int main(int argc, char** argv) {
  programs::Program program("The bytes a process asks malloc for, by stack.", {.interval = programs::no_interval});
  int pid = 0;
  std::uint64_t num_stacks = 1024;
  bool folded = false;
  bool with_lines = false;
  std::string svg;
  program.usage("USAGE: {} PID [NUM_STACKS=1024] [interval [count]]");
  program.argument("PID", pid, programs::process_ids, "The process");
  program.optional_argument("NUM_STACKS", num_stacks, {1, most_stacks}, "How many stacks the table has room for");
  program.flag("--lines", with_lines, "Show file and line and inlined functions, where there is debug information");
  program.flag("--folded", folded, "Print folded stacks, as flame graph scripts read them");
  program.option("--svg", svg, "Draw a flame graph into this file");

  return program.run(argc, argv, [&] {
    if (folded && program.json()) throw programs::UsageError("--folded and --json exclude each other");
    if (kill(pid, 0) != 0 && errno == ESRCH) throw bccxx::NotFound("process", std::to_string(pid));
    bccxx::BPF bpf(bpf_text, {.cflags = {"-DNUM_STACKS=" + std::to_string(num_stacks)}, .log = program.log()});
    if (!program.json() && !folded) fmt::print("Attaching to malloc in pid {}, Ctrl+C to quit.\n", pid);
    bpf.attach_uprobe({.binary = "c", .symbol = "malloc", .pid = pid}, "alloc_enter");
    const auto calls = bpf.get_hash_table<Key, std::uint64_t>("calls");
    const auto traces = bpf.get_stack_table("stack_traces");
    const auto process = process_name(pid);
    traces.symbols().remember(pid);  // the process may end before we print

    for (const auto& tick : program.rounds()) {
      if (tick.last) bpf.detach_all();
      std::vector<Stack> stacks;
      for (const auto& [key, bytes] : calls.items()) stacks.push_back({bytes, walk(traces, key, pid)});
      std::ranges::sort(stacks, std::ranges::greater(), &Stack::bytes);

      if (folded) {
        fmt::print("{}", fold(stacks, process).text());
      } else {
        print_stacks(program, stacks, with_lines ? Lines::show : Lines::hide);
      }
      if (!svg.empty()) {
        std::ofstream file(svg, std::ios::binary | std::ios::trunc);
        file << bccxx::flame_graph_svg(fold(stacks, process), {.title = "malloc in " + process, .count_name = "bytes"});
        if (!file.flush()) throw std::runtime_error("cannot write " + svg);
      }
      note_lost(program, bpf.get_lost_stacks("lost"));
    }
  });
}
