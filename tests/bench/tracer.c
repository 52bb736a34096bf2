// Counts execve calls by the name of the caller: the text that every program of the bench runs.
#include <linux/sched.h>
struct caller { char comm[TASK_COMM_LEN]; };
BPF_HASH(counts, struct caller);
TRACEPOINT_PROBE(syscalls, sys_enter_execve) {
  struct caller who = {};
  bpf_get_current_comm(&who.comm, sizeof(who.comm));
  counts.increment(who);
  return 0;
}
