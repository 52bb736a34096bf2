// Counts events by the comm of the task, from whichever hook the test attaches the programs to.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

struct comm {
  char name[16];
};

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 4096);
  __type(key, struct comm);
  __type(value, __u64);
} counts SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
  __type(key, int);
  __type(value, int);
} events SEC(".maps");

static __always_inline int count(void) {
  struct comm key = {};
  __u64 one = 1;
  bpf_get_current_comm(&key, sizeof(key));
  __u64* n = bpf_map_lookup_elem(&counts, &key);
  if (n)
    __sync_fetch_and_add(n, 1);
  else
    bpf_map_update_elem(&counts, &key, &one, BPF_ANY);
  return 0;
}

SEC("tracepoint")
int on_tracepoint(void* ctx) { return count(); }

SEC("raw_tp")
int on_raw_tracepoint(void* ctx) { return count(); }

SEC("kprobe")
int on_probe(void* ctx) { return count(); }

SEC("perf_event")
int on_perf_event(void* ctx) { return count(); }

SEC("fentry")
int on_fentry(void* ctx) { return count(); }

char LICENSE[] SEC("license") = "GPL";
