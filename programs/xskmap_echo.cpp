// Answers UDP datagrams from user space, without the network stack: an echo on a device that need not have an address.
//
// Run it as root:  xskmap_echo DEV [interval [count]] [--queue N] [--skb|--native] [--count N] [--netns NAME]
// An xskmap holds an AF_XDP socket for each receive queue of a device. redirect_map puts a frame into memory that the
// socket shares with the program, which turns it round and sends it back by the same socket. Frames of queues without
// a socket go on to the network stack. xskmap_echo/ has the socket, its rings and its memory.
//
// A veth in the same machine: `ethtool -K SENDER tx off`, else datagrams come without the checksum that the hardware
// would have added, and the sender drops the echo.

#include <bccxx/bpf.hpp>

#include <fmt/format.h>

#include "network_options.hpp"
#include "program.hpp"
#include "xskmap_echo/udp_echo.hpp"
#include "xskmap_echo/xdp_socket.hpp"

namespace {

constexpr const char* bpf_text = R"(
#include <uapi/linux/bpf.h>

BPF_XSKMAP(xsks_map, QUEUES);
BPF_ARRAY(cnt, u64, 2);

int xdp_echo(struct xdp_md *ctx) {
  u32 index = ctx->rx_queue_index;
  cnt.atomic_increment(0);
  if (!xsks_map.lookup(&index)) return XDP_PASS;
  cnt.atomic_increment(1);
  return xsks_map.redirect_map(index, 0);
}
)";

// How many receive queues of a device the map has room for.
constexpr std::uint64_t queues = 64;

using Counts = bccxx::ArrayTable<std::uint64_t>;

/// In the driver where it can and may, else above it.
///
/// Returns: which of the two it is
std::string attach(bccxx::BPF& bpf, const bccxx::NetworkDevice& device, bccxx::XdpMode mode) {
  if (mode != bccxx::XdpMode::generic) {
    try {
      bpf.attach_xdp(device, "xdp_echo", bccxx::XdpMode::native);
      return "native-copy";
    } catch (const bccxx::AttachError&) {
      if (mode == bccxx::XdpMode::native) throw;
    }
  }
  bpf.attach_xdp(device, "xdp_echo", bccxx::XdpMode::generic);
  return "generic-copy";
}

void print_round(const programs::Program& program, std::uint64_t round, const xsk::Socket::Count& count,
                 const Counts& cnt) {
  if (program.json()) {
    program.print_json({{"round", round},
                        {"rx", count.received},
                        {"tx", count.sent},
                        {"drop", count.dropped},
                        {"seen", cnt[0]},
                        {"redirected", cnt[1]}});
  } else {
    fmt::print("rx {} tx {} drop {}\n", count.received, count.sent, count.dropped);
  }
}

void print_statistics(const programs::Program& program, const xdp_statistics& s, const xsk::Socket::Count& count,
                      const Counts& cnt) {
  if (program.json()) {
    program.print_json({{"rx", count.received},
                        {"tx", count.sent},
                        {"drop", count.dropped},
                        {"seen", cnt[0]},
                        {"redirected", cnt[1]},
                        {"rx_dropped", s.rx_dropped},
                        {"rx_invalid", s.rx_invalid_descs},
                        {"tx_invalid", s.tx_invalid_descs},
                        {"rx_ring_full", s.rx_ring_full},
                        {"fill_empty", s.rx_fill_ring_empty_descs},
                        {"tx_empty", s.tx_ring_empty_descs}});
  } else {
    fmt::print("rx_dropped {} rx_invalid {} tx_invalid {} rx_ring_full {} fill_empty {} tx_empty {}\n", s.rx_dropped,
               s.rx_invalid_descs, s.tx_invalid_descs, s.rx_ring_full, s.rx_fill_ring_empty_descs,
               s.tx_ring_empty_descs);
  }
}

}  // namespace

int main(int argc, char** argv) {
  programs::Program program("Echoes UDP datagrams from user space with an AF_XDP socket.");
  programs::NetworkOptions network(program);
  std::string name;
  std::uint64_t queue = 0;
  std::uint64_t enough = programs::any_number.highest;
  bool without_socket = false;
  program.argument("dev", name, "Device to answer on");
  program.option("--queue", queue, {0, queues - 1}, "Receive queue of the device");
  program.option("--count", enough, programs::at_least_one, "Ends when it has answered so many datagrams");
  program.flag("--no-socket", without_socket, "Leave the slot of the map empty: frames go on to the network stack");

  return program.run(argc, argv, [&] {
    const auto device = network.device(name);
    const auto slot = static_cast<std::uint32_t>(queue);
    bccxx::BPF bpf(bpf_text, {.cflags = {fmt::format("-DQUEUES={}", queues)}, .log = program.log()});
    const auto cnt = bpf.get_array_table<std::uint64_t>("cnt");
    xsk::Socket socket(device, slot);
    if (!without_socket) bpf.get_xskmap_table("xsks_map").update(slot, socket);
    const auto mode = attach(bpf, device, network.mode());
    if (!program.json()) fmt::print("bound {} queue {} mode {}\n", name, queue, mode);

    xsk::Socket::Count count;
    const auto answer = [](std::span<std::byte> frame) {
      return xsk::turn_round(frame) ? xsk::Socket::Verdict::send_back : xsk::Socket::Verdict::drop;
    };
    const auto serve = [&] { socket.serve(answer, count); };
    for (const auto& tick : program.rounds({{socket.fd(), serve}})) {
      serve();
      print_round(program, tick.number, count, cnt);
      if (count.sent >= enough) break;
    }
    print_statistics(program, socket.statistics(), count, cnt);
  });
}
