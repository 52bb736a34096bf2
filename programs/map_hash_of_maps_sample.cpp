// Counts execve calls of bash and of sh, each in a table of its own, and both tables in a hash.
//
// Run it as root:  map_hash_of_maps_sample [interval [count]]
// The BPF program picks an inner table by the caller's name and counts there: slot 0 for root, slot 1 for everybody
// else. User space reaches the same inner tables through the outer one: outer[0] and outer[1].
// BPF_HASH_OF_MAPS takes the type of the key before the string that names the template.

#include <bccxx/bpf.hpp>

#include "program.hpp"
#include "shell_counts.hpp"

namespace {

constexpr const char* bpf_text = R"(
#include <linux/sched.h>

BPF_ARRAY(bashcnt, long, 2);
BPF_ARRAY(shcnt, long, 2);
BPF_HASH_OF_MAPS(map_array, int, "bashcnt", 2);

int count_execve(struct pt_regs *ctx) {
  char comm[TASK_COMM_LEN] = {};
  int shell;
  bpf_get_current_comm(&comm, sizeof(comm));
  // The NUL belongs to the comparison: bashful is no bash.
  if (comm[0] == 'b' && comm[1] == 'a' && comm[2] == 's' && comm[3] == 'h' && comm[4] == '\0')
    shell = 0;
  else if (comm[0] == 's' && comm[1] == 'h' && comm[2] == '\0')
    shell = 1;
  else
    return 0;

  u32 user = (u32)bpf_get_current_uid_gid() == 0 ? 0 : 1;
  void *inner = map_array.lookup(&shell);
  if (!inner) return 0;
  long *count = bpf_map_lookup_elem(inner, &user);
  if (count) __sync_fetch_and_add(count, 1);
  return 0;
}
)";

}  // namespace

int main(int argc, char** argv) {
  programs::Program program("Counts execve calls of bash and sh by root and by everybody else.",
                            {.interval = 10, .first = bccxx::FirstTick::at_once});

  return program.run(argc, argv, [&] {
    bccxx::BPF bpf(bpf_text, {.log = program.log()});
    const auto outer = bpf.get_map_in_map_table<int, bccxx::ArrayTable<long>>("map_array");
    outer.update(0, bpf.get_array_table<long>("bashcnt"));
    outer.update(1, bpf.get_array_table<long>("shcnt"));
    // Only now: a call that comes before its inner table is there would not be counted.
    bpf.attach_kprobe(bpf.get_syscall_fnname("execve"), "count_execve");

    for (const auto& tick : program.rounds()) programs::print_shell_counts(program, tick.number, outer);
  });
}
