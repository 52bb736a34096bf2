// Moves the work on the packets that a network device receives to a CPU of your choice.
//
// Run it as root:  xdp_redirect_cpu IN CPU [interval [count]]    for example: xdp_redirect_cpu eth0 2
// A cpumap holds a queue for each CPU. After redirect_map a kernel thread of that CPU, `cpumap/CPU/map:ID`, takes the
// frames out of the queue, makes packets of them and hands them to the network stack, as if they had arrived there.
//
// A veth in the same machine: `ethtool -K SENDER tx off`, else packets come without the checksum that the hardware
// would have added, and the stack drops them.

#include <bccxx/bpf.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "network_options.hpp"
#include "program.hpp"

namespace {

constexpr const char* bpf_text = R"(
#include <uapi/linux/bpf.h>
#include <uapi/linux/if_ether.h>

BPF_CPUMAP(cpumap, MAX_CPU);
BPF_ARRAY(dest, uint32_t, 1);
BPF_PERCPU_ARRAY(rxcnt, long, 1);

int xdp_redirect_cpu(struct xdp_md *ctx) {
  struct ethhdr *eth = (void *)(long)ctx->data;
  if ((void *)(eth + 1) > (void *)(long)ctx->data_end) return XDP_DROP;

  int zero = 0;
  uint32_t *cpu = dest.lookup(&zero);
  if (!cpu) return XDP_PASS;
  rxcnt.increment(0);
  return cpumap.redirect_map(*cpu, 0);
}
)";

// How many frames may wait for a CPU.
constexpr std::uint32_t queue_size = 192;

std::uint32_t online_cpu(const std::string& text) {
  int cpu = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), cpu);
  const bool number = error == std::errc() && end == text.data() + text.size();
  if (!number || !std::ranges::count(bccxx::online_cpus(), cpu)) throw programs::UsageError("Invalid CPU id " + text);
  return static_cast<std::uint32_t>(cpu);
}

}  // namespace

int main(int argc, char** argv) {
  programs::Program program("Moves the work on a device's packets to one CPU, with an XDP cpumap.");
  programs::NetworkOptions network(program);
  std::string in;
  std::string cpu_text;
  program.usage("Usage: {0} <in ifdev> <CPU id> [interval [count]]\ne.g.: {0} eth0 2");
  program.argument("in", in, "Device whose packets are moved");
  program.argument("cpu", cpu_text, "CPU that works on them");

  return program.run(argc, argv, [&] {
    const auto cpu = online_cpu(cpu_text);
    bccxx::BPF bpf(bpf_text,
                   {.cflags = {fmt::format("-DMAX_CPU={}", bccxx::online_cpus().back() + 1)}, .log = program.log()});
    bpf.get_array_table<std::uint32_t>("dest").update(0, cpu);
    bpf.get_cpumap_table("cpumap").update(cpu, queue_size);
    bpf.attach_xdp(network.device(in), "xdp_redirect_cpu", network.mode());
    if (!program.json()) fmt::print("Printing redirected packets, hit CTRL+C to stop\n");

    const auto rxcnt = bpf.get_percpu_array_table<long>("rxcnt");
    long before = 0;
    for (const auto& tick : program.rounds()) {
      const long packets = rxcnt.sum(0);
      if (program.json()) {
        program.print_json({{"round", tick.number}, {"cpu", cpu}, {"packets", packets}});
      } else if (packets != 0) {
        fmt::print("{:.0f} pkt/s to CPU {}\n", static_cast<double>(packets - before) / program.interval(), cpu);
      }
      before = packets;
    }
    if (!program.json()) fmt::print("Removing filter from device\n");
  });
}
