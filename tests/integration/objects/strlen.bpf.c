// Histogram of what a function returned: slot 0 for 0, else one more than the power of two below the value.
#include <linux/bpf.h>
#include <linux/ptrace.h>

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 65536);
  __type(key, __u64);
  __type(value, __u64);
} lengths SEC(".maps");

SEC("kprobe")
int on_return(struct pt_regs* ctx) {
  __u64 length = PT_REGS_RC(ctx);
  __u64 one = 1;
  __u64* n = bpf_map_lookup_elem(&lengths, &length);
  if (n)
    __sync_fetch_and_add(n, 1);
  else
    bpf_map_update_elem(&lengths, &length, &one, BPF_ANY);
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
