// Counts execve calls by the name of the caller on each CPU, in a hash with a value for each CPU.
//
// Run it as root:  map_percpu_hash [interval [count]] [--comm PREFIX]
// A program touches only the value of the CPU it runs on, so counting needs no atomic operation. The table is an LRU
// hash as well: with very many names, those not seen for long make room. Every round takes the counts out of the table.

#include <bccxx/bpf.hpp>
#include <bccxx/support/cpus.hpp>

#include <fmt/format.h>

#include <numeric>

#include "c_string.hpp"
#include "program.hpp"

namespace {

constexpr const char* bpf_text = R"(
#include <bccxx/strings.h>
#include <linux/sched.h>

struct key_t {
  char comm[TASK_COMM_LEN];
};
BPF_TABLE("lru_percpu_hash", struct key_t, u64, calls, 1024);

int count_execve(struct pt_regs *ctx) {
  struct key_t key = {};
  bpf_get_current_comm(&key.comm, sizeof(key.comm));
  if (bccxx_starts_with(key.comm, ONLY_COMM)) calls.increment(key);
  return 0;
}
)";

struct Key {
  char comm[16];
};

}  // namespace

int main(int argc, char** argv) {
  programs::Program program("Counts execve calls by the name of the caller on each CPU.", {.interval = 5});
  std::string comm;
  program.option("--comm", comm, "Only calls of programs whose name begins so");

  return program.run(argc, argv, [&] {
    bccxx::BPF bpf(bpf_text, {.cflags = {"-DONLY_COMM=" + programs::comm_string(comm)}, .log = program.log()});
    const auto calls = bpf.get_percpu_hash_table<Key, std::uint64_t>("calls");
    bpf.attach_kprobe(bpf.get_syscall_fnname("execve"), "count_execve");

    for (const auto& tick : program.rounds()) {
      if (!program.json()) fmt::print("{:<16} {:>7}  CPUs\n", "COMM", "TOTAL");
      for (const auto& [key, by_cpu] : calls.drain()) {
        const auto name = programs::printable(key.comm);
        if (!program.json()) {
          fmt::print("{:<16} {:>7} ", name, std::accumulate(by_cpu.begin(), by_cpu.end(), std::uint64_t{0}));
        }
        for (const int cpu : bccxx::online_cpus()) {
          const auto count = by_cpu.at(static_cast<std::size_t>(cpu));
          if (program.json()) {
            program.print_json({{"round", tick.number}, {"comm", name}, {"cpu", cpu}, {"count", count}});
          } else {
            fmt::print(" {}:{}", cpu, count);
          }
        }
        if (!program.json()) fmt::print("\n");
      }
    }
  });
}
