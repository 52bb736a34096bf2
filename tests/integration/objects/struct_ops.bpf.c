// A table of functions for the kernel, which the programs belong to.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

struct sock;
struct tcp_congestion_ops {
  unsigned int (*ssthresh)(struct sock* socket);
  unsigned int (*undo_cwnd)(struct sock* socket);
  void (*cong_avoid)(struct sock* socket, unsigned int ack, unsigned int acked);
  char name[16];
};

SEC("struct_ops/ssthresh")
unsigned int ssthresh(__u64* arguments) { return 10; }

SEC("struct_ops/undo_cwnd")
unsigned int undo_cwnd(__u64* arguments) { return 10; }

SEC("struct_ops/cong_avoid")
void cong_avoid(__u64* arguments) {}

SEC(".struct_ops")
struct tcp_congestion_ops lazy = {
    .ssthresh = (void*)ssthresh,
    .undo_cwnd = (void*)undo_cwnd,
    .cong_avoid = (void*)cong_avoid,
    .name = "lazy",
};

char LICENSE[] SEC("license") = "GPL";
