// Kinds of maps that libbcc cannot declare, and storages, written by programs.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

struct {
  __uint(type, BPF_MAP_TYPE_BLOOM_FILTER);
  __uint(max_entries, 1000);
  __type(value, __u64);
} seen SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_USER_RINGBUF);
  __uint(max_entries, 4096);
} orders SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 2);
  __type(key, __u32);
  __type(value, __u64);
} sums SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_DEVMAP_HASH);
  __uint(max_entries, 8);
  __type(key, __u32);
  __type(value, __u32);
} devices SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_TASK_STORAGE);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __type(key, int);
  __type(value, __u64);
} of_tasks SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_INODE_STORAGE);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __type(key, int);
  __type(value, __u64);
} of_inodes SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_QUEUE);
  __uint(max_entries, 8);
  __type(value, __u64);
} queue SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_STACK);
  __uint(max_entries, 8);
  __type(value, __u64);
} stack SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_CGROUP_ARRAY);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, __u32);
} groups SEC(".maps");

SEC("raw_tp")
int fill(void* ctx) {
  for (__u64 i = 1; i <= 3; ++i) {
    __u64 value = i * 11;
    bpf_map_push_elem(&seen, &value, BPF_ANY);
    bpf_map_push_elem(&queue, &value, BPF_ANY);
    bpf_map_push_elem(&stack, &value, BPF_ANY);
  }
  __u64* stored = bpf_task_storage_get(&of_tasks, bpf_get_current_task_btf(), 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
  if (stored) *stored += 4711;
  return 0;
}

static long take(struct bpf_dynptr* order, void* context) {
  __u32 first = 0;
  __u32 second = 1;
  __u64 value = 0;
  __u64* sum = bpf_map_lookup_elem(&sums, &first);
  __u64* count = bpf_map_lookup_elem(&sums, &second);
  if (bpf_dynptr_read(&value, sizeof(value), order, 0, 0) == 0 && sum && count) {
    __sync_fetch_and_add(sum, value);
    __sync_fetch_and_add(count, 1);
  }
  return 0;
}

SEC("raw_tp")
int drain(void* ctx) { return bpf_user_ringbuf_drain(&orders, take, 0, 0); }

SEC("raw_tp")
int in_group(void* ctx) { return bpf_current_task_under_cgroup(&groups, 0); }

// Counts in each file how often the process whose number is the first sum asked whether it may have it.
SEC("lsm/inode_permission")
int on_permission(__u64* arguments) {
  __u32 first = 0;
  __u64* process = bpf_map_lookup_elem(&sums, &first);
  if (!process || *process != bpf_get_current_pid_tgid() >> 32) return 0;
  __u64* count = bpf_inode_storage_get(&of_inodes, (void*)arguments[0], 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
  if (count) __sync_fetch_and_add(count, 1);
  return 0;
}

SEC("xdp")
int to_device(struct xdp_md* ctx) { return bpf_redirect_map(&devices, 70000, 0); }

char LICENSE[] SEC("license") = "GPL";
