// Adds up numbers that user space sends through a user ring buffer. bcc's dialect cannot declare one; clang can.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

struct {
  __uint(type, BPF_MAP_TYPE_USER_RINGBUF);
  __uint(max_entries, 4096);
} numbers SEC(".maps");

struct total {
  __u64 count;
  __u64 sum;
};

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 1);
  __type(key, int);
  __type(value, struct total);
} totals SEC(".maps");

static long add(struct bpf_dynptr* message, void* context) {
  struct total* total = context;
  __u64 number = 0;
  if (bpf_dynptr_read(&number, sizeof(number), message, 0, 0) != 0) return 1;  // 1 ends the draining
  total->count += 1;
  total->sum += number;
  return 0;
}

SEC("tracepoint")
int on_getpgid(void* ctx) {
  int zero = 0;
  struct total* total = bpf_map_lookup_elem(&totals, &zero);
  if (!total) return 0;
  struct total now = {};
  bpf_user_ringbuf_drain(&numbers, add, &now, 0);
  total->count += now.count;
  total->sum += now.sum;
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
