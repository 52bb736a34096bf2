// Other members than pinned_struct's in as many bytes.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

struct value_t {
  __u64 ns;
  __u32 pid;
};

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 64);
  __uint(pinning, LIBBPF_PIN_BY_NAME);
  __type(key, __u32);
  __type(value, struct value_t);
} bccxx_pinned SEC(".maps");

char LICENSE[] SEC("license") = "GPL";
