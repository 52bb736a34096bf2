// What the processes of one control group do: a cgroup array to ask who is in it, and storages that belong to it.
//
// Run it as root:  map_cgroup [interval [count]] [--group NAME]
// It makes the group and removes it in the end. Move a shell there, and start programs from it:
//   echo $$ > /sys/fs/cgroup/bccxx/cgroup.procs        (where cgroup2 is mounted there)
// The array holds groups; a program of any kind asks whether the running task is in one. A storage has a value for each
// group that the program with the storage is attached to, and the per-CPU storage one for each CPU as well.

#include <bccxx/bpf.hpp>

#include <fmt/format.h>
#include <linux/bpf.h>

#include "cgroup.hpp"
#include "program.hpp"

namespace {

constexpr const char* bpf_text = R"(
#include <uapi/linux/bpf.h>

BPF_CGROUP_ARRAY(groups, 1);
BPF_ARRAY(calls, u64, 2);
BPF_CGROUP_STORAGE(packets, u64);
BPF_PERCPU_CGROUP_STORAGE(bytes, u64);

int on_execve(struct pt_regs *ctx) {
  int inside = groups.check_current_task(0) == 1;
  calls.atomic_increment(inside);
  return 0;
}

int count_packet(struct __sk_buff *skb) {
  u64 *count = bpf_get_local_storage(&packets, 0);
  __sync_fetch_and_add(count, 1);
  u64 *mine = bpf_get_local_storage(&bytes, 0);
  *mine += skb->len;  // this CPU's own value
  return 1;
}
)";

}  // namespace

int main(int argc, char** argv) {
  programs::Program program("Counts what the processes of a control group execute and send.", {.interval = 5});
  std::string group = "bccxx";
  program.option("--group", group, "Name of the group to make");

  return program.run(argc, argv, [&] {
    bccxx::BPF bpf(bpf_text, {.log = program.log()});
    const programs::Cgroup cgroup(group);
    bpf.get_cgroup_array("groups").update(0, cgroup.path());
    bpf.attach_kprobe(bpf.get_syscall_fnname("execve"), "on_execve");
    bpf.attach_cgroup(cgroup.path(), BPF_CGROUP_INET_EGRESS, "count_packet", bccxx::ProgramType::cgroup_skb);
    const auto calls = bpf.get_array_table<std::uint64_t>("calls");
    const auto packets = bpf.get_cg_storage_table<std::uint64_t>("packets");
    const auto bytes = bpf.get_percpu_cg_storage_table<std::uint64_t>("bytes");
    if (!program.json()) fmt::print("group {}\n", cgroup.path());

    for (const auto& tick : program.rounds()) {
      for (const auto& [key, count] : packets.items()) {
        if (program.json()) {
          program.print_json({{"round", tick.number},
                              {"group", cgroup.path()},
                              {"inside", calls[1]},
                              {"outside", calls[0]},
                              {"packets", count},
                              {"bytes", bytes.sum(key)}});
        } else {
          fmt::print("execve inside {} outside {}, sent {} packets {} bytes\n", calls[1], calls[0], count,
                     bytes.sum(key));
        }
      }
    }
  });
}
