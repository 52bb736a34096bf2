// The same members as pinned_struct's under other names.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

struct other_t {
  __u32 task;
  __u32 pad;
  __u64 elapsed;
};

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 64);
  __uint(pinning, LIBBPF_PIN_BY_NAME);
  __type(key, __u32);
  __type(value, struct other_t);
} bccxx_pinned SEC(".maps");

char LICENSE[] SEC("license") = "GPL";
