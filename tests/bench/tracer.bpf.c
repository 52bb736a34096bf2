// tracer.c as libbpf wants it.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

struct caller {
  char comm[16];
};

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 10240);
  __type(key, struct caller);
  __type(value, __u64);
} counts SEC(".maps");

SEC("tracepoint/syscalls/sys_enter_execve")
int on_execve(void* context) {
  struct caller who = {};
  __u64 one = 1;
  bpf_get_current_comm(&who.comm, sizeof(who.comm));
  __u64* count = bpf_map_lookup_elem(&counts, &who);
  if (count) {
    __sync_fetch_and_add(count, 1);
  } else {
    bpf_map_update_elem(&counts, &who, &one, BPF_ANY);
  }
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
