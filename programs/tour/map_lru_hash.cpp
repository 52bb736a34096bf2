// The same keys into a hash and an LRU hash of the same size: which of them stay when both are full.
//
// Run it as root:  map_lru_hash [interval [count]] [--comm PREFIX] [--size N]
// The keys are the pids that programs ask getpgid(2) about; `map_lru_hash 2` beside `tests/load/getpgidload 1 300`
// shows it. A hash refuses new keys when it is full. An LRU hash makes room by dropping keys that have not been used
// for long. It drops some at a time and keeps lists for each CPU, so it need not hold as many as it could, nor just the
// newest.

#include <bccxx/bpf.hpp>

#include <fmt/format.h>

#include <algorithm>

#include "c_string.hpp"
#include "program.hpp"

namespace {

constexpr const char* bpf_text = R"(
#include <bccxx/strings.h>
#include <linux/sched.h>

BPF_TABLE("hash", u32, u64, plain, SIZE);
BPF_TABLE("lru_hash", u32, u64, recent, SIZE);
BPF_ARRAY(refused, u64, 1);

int syscall__getpgid(struct pt_regs *ctx, u32 pid) {
  char comm[TASK_COMM_LEN] = {};
  bpf_get_current_comm(&comm, sizeof(comm));
  if (!bccxx_starts_with(comm, ONLY_COMM)) return 0;
  u64 now = bpf_ktime_get_ns();
  if (plain.update(&pid, &now) != 0) refused.atomic_increment(0);
  recent.update(&pid, &now);
  return 0;
}
)";

using Table = bccxx::HashTable<std::uint32_t, std::uint64_t>;

void print_row(const programs::Program& program, std::uint64_t round, const Table& table, std::uint64_t refused) {
  const auto kind = to_string(table.map()->kind());
  const auto keys = table.keys();
  const auto [lowest, highest] = std::ranges::minmax_element(keys);
  const auto low = keys.empty() ? 0 : *lowest;
  const auto high = keys.empty() ? 0 : *highest;
  if (program.json()) {
    program.print_json({{"round", round},
                        {"kind", kind},
                        {"entries", keys.size()},
                        {"lowest", low},
                        {"highest", high},
                        {"refused", refused}});
  } else {
    fmt::print("{:<9} {:>7} {:>7} {:>7} {:>8}\n", kind, keys.size(), low, high, refused);
  }
}

}  // namespace

int main(int argc, char** argv) {
  programs::Program program("Shows which keys stay in a hash and in an LRU hash that are full.", {.interval = 5});
  std::string comm;
  std::uint64_t size = 100;
  program.option("--comm", comm, "Only calls of programs whose name begins so");
  program.option("--size", size, {1, std::numeric_limits<std::uint32_t>::max()},
                 "How many entries each table has room for");

  return program.run(argc, argv, [&] {
    bccxx::BPF bpf(bpf_text,
                   {.cflags = {"-DONLY_COMM=" + programs::comm_string(comm), "-DSIZE=" + std::to_string(size)},
                    .log = program.log()});
    const auto plain = bpf.get_hash_table<std::uint32_t, std::uint64_t>("plain");
    const auto recent = bpf.get_hash_table<std::uint32_t, std::uint64_t>("recent");
    const auto refused = bpf.get_array_table<std::uint64_t>("refused");
    bpf.attach_kprobe(bpf.get_syscall_fnname("getpgid"), "syscall__getpgid");

    for (const auto& tick : program.rounds()) {
      if (!program.json())
        fmt::print("{:<9} {:>7} {:>7} {:>7} {:>8}\n", "TABLE", "ENTRIES", "LOWEST", "HIGHEST", "REFUSED");
      print_row(program, tick.number, plain, refused[0]);
      print_row(program, tick.number, recent, 0);
    }
  });
}
