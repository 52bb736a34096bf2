// Counts execve calls by the name of the program that made them, in a hash.
//
// Run it as root:  map_hash_simple [interval [count]]
// The key is a struct that holds a string. The name is that of the caller before the call, usually the shell's.
// Every round takes the counts out of the table.

#include <bccxx/bpf.hpp>

#include <fmt/format.h>

#include <algorithm>

#include "program.hpp"

namespace {

constexpr const char* bpf_text = R"(
#include <linux/sched.h>

struct key_t {
  char comm[TASK_COMM_LEN];
};
BPF_HASH(uidcnt, struct key_t);

int count_execve(struct pt_regs *ctx) {
  struct key_t key = {};
  u64 zero = 0;
  bpf_get_current_comm(&key.comm, sizeof(key.comm));
  u64 *count = uidcnt.lookup_or_try_init(&key, &zero);
  if (count) __sync_fetch_and_add(count, 1);
  return 0;
}
)";

struct Key {
  char comm[16];
};

}  // namespace

int main(int argc, char** argv) {
  programs::Program program("Counts execve calls by the name of the calling program.",
                            {.interval = 5, .first = bccxx::FirstTick::at_once});

  return program.run(argc, argv, [&] {
    bccxx::BPF bpf(bpf_text, {.log = program.log()});
    bpf.attach_kprobe(bpf.get_syscall_fnname("execve"), "count_execve");
    const auto uidcnt = bpf.get_hash_table<Key, std::uint64_t>("uidcnt");

    for (const auto& tick : program.rounds()) {
      std::vector<std::pair<std::uint64_t, std::string>> rows;
      for (const auto& [key, count] : uidcnt.drain()) rows.emplace_back(count, programs::printable(key.comm));
      std::ranges::sort(rows);

      if (!program.json()) fmt::print("--- counter : program name-----\n");
      for (const auto& [count, name] : rows) {
        if (program.json()) {
          program.print_json({{"round", tick.number}, {"name", name}, {"count", count}});
        } else {
          fmt::print("{:>10} : \"{}\"\n", count, name);
        }
      }
      if (!program.json()) fmt::print("--- end of round -----\n");
    }
  });
}
