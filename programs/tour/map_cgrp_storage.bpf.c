// Counts execve calls in a value that hangs on the control group of the caller. bcc's dialect cannot declare this kind.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

struct cgroup;
struct css_set {
  struct cgroup* dfl_cgrp;
} __attribute__((preserve_access_index));
struct task_struct {
  struct css_set* cgroups;
} __attribute__((preserve_access_index));

enum { map_type_cgrp_storage = 32 };  // newer than the headers of many systems

struct {
  __uint(type, map_type_cgrp_storage);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __type(key, int);
  __type(value, __u64);
} calls SEC(".maps");

SEC("tracepoint")
int on_execve(void* ctx) {
  struct task_struct* task = bpf_get_current_task_btf();
  // BPF_LOCAL_STORAGE_GET_F_CREATE instead of 0 would give every group a value.
  __u64* count = bpf_cgrp_storage_get(&calls, task->cgroups->dfl_cgrp, 0, 0);
  if (count) __sync_fetch_and_add(count, 1);
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
