// Which names have made an execve call before, in a bloom filter. bcc's dialect cannot declare one; clang can.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

struct name {
  char text[16];
};

struct {
  __uint(type, BPF_MAP_TYPE_BLOOM_FILTER);
  __uint(max_entries, 1000);
  __uint(map_extra, 3);  // hash functions
  __type(value, struct name);
} seen SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 2);
  __type(key, int);
  __type(value, __u64);
} calls SEC(".maps");

SEC("tracepoint")
int on_execve(void* ctx) {
  struct name name = {};
  bpf_get_current_comm(&name, sizeof(name));
  int known = bpf_map_peek_elem(&seen, &name) == 0;
  if (!known) bpf_map_push_elem(&seen, &name, BPF_ANY);
  __u64* count = bpf_map_lookup_elem(&calls, &known);
  if (count) __sync_fetch_and_add(count, 1);
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
