// One member more than pinned_struct's, in its hole.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

struct value_t {
  __u32 pid;
  __u32 tid;
  __u64 ns;
};

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 64);
  __uint(pinning, LIBBPF_PIN_BY_NAME);
  __type(key, __u32);
  __type(value, struct value_t);
} bccxx_pinned SEC(".maps");

char LICENSE[] SEC("license") = "GPL";
