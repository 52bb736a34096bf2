// Forwards the frames that one network device receives to another, in XDP, before the network stack sees them.
//
// Run it as root:  xdp_redirect_map IN OUT [interval [count]]    for example: xdp_redirect_map eth0 eth1
// A devmap holds the devices to send to. The program swaps the two MAC addresses of a frame and names a slot; the
// kernel looks up the device there. With --both ways, OUT is forwarded to IN as well.
//
// A veth takes redirected frames only when its peer runs an XDP program or GRO: `ethtool -K PEER gro on`. Else they
// are dropped without a word, unless --mode is generic.

#include <bccxx/bpf.hpp>

#include <fmt/format.h>

#include "network_options.hpp"
#include "program.hpp"

namespace {

constexpr const char* bpf_text = R"(
#include <uapi/linux/bpf.h>
#include <uapi/linux/if_ether.h>

BPF_DEVMAP(tx_port, 2);
BPF_PERCPU_ARRAY(rxcnt, long, 2);

static inline void swap_addresses(struct ethhdr *eth) {
  unsigned char address[ETH_ALEN];
  __builtin_memcpy(address, eth->h_source, ETH_ALEN);
  __builtin_memcpy(eth->h_source, eth->h_dest, ETH_ALEN);
  __builtin_memcpy(eth->h_dest, address, ETH_ALEN);
}

static inline int swap_and_count(struct xdp_md *ctx, int slot) {
  struct ethhdr *eth = (void *)(long)ctx->data;
  if ((void *)(eth + 1) > (void *)(long)ctx->data_end) return 0;
  rxcnt.increment(slot);
  swap_addresses(eth);
  return 1;
}

int xdp_redirect_map(struct xdp_md *ctx) {
  return swap_and_count(ctx, 0) ? tx_port.redirect_map(0, 0) : XDP_DROP;
}

int xdp_redirect_back(struct xdp_md *ctx) {
  return swap_and_count(ctx, 1) ? tx_port.redirect_map(1, 0) : XDP_DROP;
}

// Some drivers send redirected frames only through a device that runs an XDP program itself.
int xdp_dummy(struct xdp_md *ctx) { return XDP_PASS; }
)";

}  // namespace

int main(int argc, char** argv) {
  programs::Program program("Forwards frames from one network device to another in XDP.");
  programs::NetworkOptions network(program);
  std::string in;
  std::string out;
  bool both = false;
  program.usage("Usage: {0} <in ifdev> <out ifdev> [interval [count]]\ne.g.: {0} eth0 eth1");
  program.argument("in", in, "Device whose frames are forwarded");
  program.argument("out", out, "Device they leave by");
  program.flag("--both", both, "Forward what OUT receives to IN, too");

  return program.run(argc, argv, [&] {
    const bccxx::NetworkDevice from = network.device(in);
    const bccxx::NetworkDevice to = network.device(out);

    bccxx::BPF bpf(bpf_text, {.log = program.log()});
    const auto tx_port = bpf.get_devmap_table("tx_port");
    tx_port.update(0, to);
    if (both) tx_port.update(1, from);
    bpf.attach_xdp(to, both ? "xdp_redirect_back" : "xdp_dummy", network.mode());
    bpf.attach_xdp(from, "xdp_redirect_map", network.mode());
    if (!program.json()) fmt::print("Printing redirected packets, hit CTRL+C to stop\n");

    const auto rxcnt = bpf.get_percpu_array_table<long>("rxcnt");
    long before = 0;
    for (const auto& tick : program.rounds()) {
      const long forth = rxcnt.sum(0);
      const long back = rxcnt.sum(1);
      if (program.json()) {
        program.print_json({{"round", tick.number}, {"forth", forth}, {"back", back}});
      } else if (forth + back != 0) {
        fmt::print("{:.0f} pkt/s\n", static_cast<double>(forth + back - before) / program.interval());
      }
      before = forth + back;
    }
    if (!program.json()) fmt::print("Removing filter from device\n");
  });
}
