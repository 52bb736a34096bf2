// Deletes an entry of a hash from the BPF side: counts execve calls by program name, and starts anew beyond 10.
//
// Run it as root:  map_hash_sample [interval [count]] [--limit N]
// The call after the tenth deletes the entry, the one after that makes it again: a name's count goes 1 … 10, nothing,
// 1 … The period is 11.

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
  if (count) {
    u64 now = *count + 1;
    __sync_fetch_and_add(count, 1);
    if (now > LIMIT) uidcnt.delete(&key);
  }
  return 0;
}
)";

struct Key {
  char comm[16];
};

}  // namespace

int main(int argc, char** argv) {
  programs::Program program("Counts execve calls by program name; an entry that passes the limit is deleted.",
                            {.interval = 10, .first = bccxx::FirstTick::at_once});
  std::uint64_t limit = 10;
  program.option("--limit", limit, programs::any_number, "The highest count that is kept");

  return program.run(argc, argv, [&] {
    bccxx::BPF bpf(bpf_text, {.cflags = {fmt::format("-DLIMIT={}ULL", limit)}, .log = program.log()});
    bpf.attach_kprobe(bpf.get_syscall_fnname("execve"), "count_execve");
    const auto uidcnt = bpf.get_hash_table<Key, std::uint64_t>("uidcnt");

    for (const auto& tick : program.rounds()) {
      std::vector<std::pair<std::uint64_t, std::string>> rows;
      for (const auto& [key, count] : uidcnt.items()) rows.emplace_back(count, programs::printable(key.comm));
      std::ranges::sort(rows);

      if (!program.json()) fmt::print("--- counter : program name-----\n");
      for (const auto& [count, name] : rows) {
        if (program.json()) {
          program.print_json({{"round", tick.number}, {"name", name}, {"count", count}});
        } else {
          fmt::print("{:>10} \"{}\"\n", count, name);
        }
      }
      if (!program.json()) fmt::print("---next round-----\n");
    }
  });
}
