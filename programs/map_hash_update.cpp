// Updates, deletes and inserts entries of a hash from the BPF side: counts execve calls by program name, up to 10.
//
// Run it as root:  map_hash_update [interval [count]] [--limit N]
// update() writes whether the key is there or not, insert() only where it is not. The call after the tenth puts the
// count back to 0, so a name's count goes 1 … 10, 0, 1 …: what is printed is the number of calls modulo 11, where
// map_hash_sample has no row instead of a 0. Reading, adding and writing in three steps loses calls that two CPUs make
// at the same time; map_hash_simple shows how to avoid that.

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
    uidcnt.update(&key, &now);
    if (now > LIMIT) {
      uidcnt.delete(&key);
      uidcnt.insert(&key, &zero);
    }
  }
  return 0;
}
)";

struct Key {
  char comm[16];
};

}  // namespace

int main(int argc, char** argv) {
  programs::Program program("Counts execve calls by program name; a count that passes the limit starts from 0.",
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
