// Programs with helpers that lockdown takes away.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

SEC("kprobe")
int reads_kernel(void* ctx) {
  __u64 value = 0;
  bpf_probe_read_kernel(&value, sizeof(value), ctx);
  return 0;
}

SEC("kprobe")
int writes_user(void* ctx) {
  __u64 value = 0;
  bpf_probe_write_user(0, &value, sizeof(value));
  return 0;
}

SEC("socket")
int filter_writes_user(void* ctx) {
  __u64 value = 0;
  bpf_probe_write_user(0, &value, sizeof(value));
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
