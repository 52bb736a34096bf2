// Counts the traffic of VXLAN tunnels that pass a network device, by network id, tunnel ends and the addresses inside.
//
// Run it as root:  tunnel_monitor DEV [interval [count]]    for example: tunnel_monitor eth0 --output /run/tunnels
// DEV carries the tunnels, it is not the vxlan device itself. Two small tc programs note the direction of a packet and
// jump, through a program array, to one that takes the outer headers apart, which jumps to one for the inner headers.
// What each found out waits for the next in skb->cb. With --output DIR, each round writes tunnel.json, all entries, and
// tunnel-delta.json, what was added since the round before.
//
// Tunnels over IPv4 are seen, on UDP port 4789, with a VLAN tag or without. A packet that was sent in fragments counts
// with the first of them. Inside, what is not IPv4 counts for 0.0.0.0.

#include <bccxx/bpf.hpp>

#include <arpa/inet.h>
#include <fmt/format.h>

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "network_options.hpp"
#include "program.hpp"
#include "whole_file.hpp"

namespace {

constexpr const char* bpf_text = R"(
#include <uapi/linux/bpf.h>
#include <uapi/linux/if_ether.h>
#include <uapi/linux/in.h>
#include <bcc/proto.h>

struct ipkey {
  u32 inner_sip;
  u32 inner_dip;
  u32 outer_sip;
  u32 outer_dip;
  u32 vni;
};
struct counters {
  u64 tx_pkts;
  u64 rx_pkts;
  u64 tx_bytes;
  u64 rx_bytes;
};
BPF_HASH(stats, struct ipkey, struct counters, 1024);
BPF_PROG_ARRAY(parser, 10);

enum { slot_outer = 1, slot_inner = 2 };
enum { cb_received, cb_outer_sip, cb_outer_dip, cb_vni, cb_inner_offset };
enum { vxlan_port = 4789 };
// Leaves the packet to whatever comes next.
enum { next = -1 };

int handle_ingress(struct __sk_buff *skb) {
  skb->cb[cb_received] = 1;
  parser.call(skb, slot_outer);
  return next;
}

int handle_egress(struct __sk_buff *skb) {
  skb->cb[cb_received] = 0;
  parser.call(skb, slot_outer);
  return next;
}

int handle_outer(struct __sk_buff *skb) {
  u8 *cursor = 0;
  struct ethernet_t *ethernet = cursor_advance(cursor, sizeof(*ethernet));
  if (ethernet->dst & (1ULL << 40)) return next;  // multicast
  u16 type = ethernet->type;
  if (type == ETH_P_8021Q || type == ETH_P_8021AD) {
    struct dot1q_t *tag = cursor_advance(cursor, sizeof(*tag));
    type = tag->type;
  }
  if (type != ETH_P_IP) return next;

  struct ip_t *ip = cursor_advance(cursor, sizeof(*ip));
  if (ip->nextp != IPPROTO_UDP || ip->foffset != 0 || ip->hlen < 5) return next;
  skb->cb[cb_outer_sip] = ip->src;
  skb->cb[cb_outer_dip] = ip->dst;
  cursor += (ip->hlen - 5) * 4;  // options

  struct udp_t *udp = cursor_advance(cursor, sizeof(*udp));
  if (udp->dport != vxlan_port) return next;
  struct vxlan_t *vxlan = cursor_advance(cursor, sizeof(*vxlan));
  skb->cb[cb_vni] = vxlan->key;
  skb->cb[cb_inner_offset] = (u64)cursor;
  parser.call(skb, slot_inner);
  return next;
}

static inline void swap_ends(struct ipkey *key) {
  u32 ip = key->outer_sip;
  key->outer_sip = key->outer_dip;
  key->outer_dip = ip;
  ip = key->inner_sip;
  key->inner_sip = key->inner_dip;
  key->inner_dip = ip;
}

int handle_inner(struct __sk_buff *skb) {
  struct ipkey key = {};
  struct counters zero = {};
  key.vni = skb->cb[cb_vni];
  key.outer_sip = skb->cb[cb_outer_sip];
  key.outer_dip = skb->cb[cb_outer_dip];

  u8 *cursor = (u8 *)(u64)skb->cb[cb_inner_offset];
  struct ethernet_t *ethernet = cursor_advance(cursor, sizeof(*ethernet));
  if (ethernet->type == ETH_P_IP) {
    struct ip_t *ip = cursor_advance(cursor, sizeof(*ip));
    key.inner_sip = ip->src;
    key.inner_dip = ip->dst;
  }
  // Both directions share an entry.
  if (key.outer_dip < key.outer_sip) swap_ends(&key);

  struct counters *count = stats.lookup_or_try_init(&key, &zero);
  if (!count) return next;
  if (skb->cb[cb_received]) {
    lock_xadd(&count->rx_pkts, 1);
    lock_xadd(&count->rx_bytes, skb->len);
  } else {
    lock_xadd(&count->tx_pkts, 1);
    lock_xadd(&count->tx_bytes, skb->len);
  }
  return next;
}
)";

struct Key {
  std::uint32_t inner_sip;
  std::uint32_t inner_dip;
  std::uint32_t outer_sip;
  std::uint32_t outer_dip;
  std::uint32_t vni;
  friend auto operator<=>(const Key&, const Key&) = default;
};
struct Counters {
  std::uint64_t tx_pkts;
  std::uint64_t rx_pkts;
  std::uint64_t tx_bytes;
  std::uint64_t rx_bytes;
};
using Tunnels = std::map<Key, Counters>;

std::string text_of(std::uint32_t address) {
  char text[INET_ADDRSTRLEN];
  const in_addr raw = {htonl(address)};
  return inet_ntop(AF_INET, &raw, text, sizeof text);
}

/// What was added since `before`.
Tunnels difference(const Tunnels& now, const Tunnels& before) {
  Tunnels added;
  for (const auto& [key, count] : now) {
    const auto old = before.contains(key) ? before.at(key) : Counters{};
    if (count.tx_pkts == old.tx_pkts && count.rx_pkts == old.rx_pkts) continue;
    added[key] = {count.tx_pkts - old.tx_pkts, count.rx_pkts - old.rx_pkts, count.tx_bytes - old.tx_bytes,
                  count.rx_bytes - old.rx_bytes};
  }
  return added;
}

std::string json_array(const Tunnels& tunnels) {
  auto array = nlohmann::ordered_json::array();
  for (const auto& [key, count] : tunnels) {
    array.push_back({{"vni", key.vni},
                     {"outer_sip", text_of(key.outer_sip)},
                     {"outer_dip", text_of(key.outer_dip)},
                     {"inner_sip", text_of(key.inner_sip)},
                     {"inner_dip", text_of(key.inner_dip)},
                     {"tx_pkts", count.tx_pkts},
                     {"tx_bytes", count.tx_bytes},
                     {"rx_pkts", count.rx_pkts},
                     {"rx_bytes", count.rx_bytes}});
  }
  return array.dump() + '\n';
}

void print(const programs::Program& program, std::uint64_t round, const Tunnels& added) {
  if (!program.json()) fmt::print("--- tunnels at {} ---\n", programs::time_of_day());
  for (const auto& [key, count] : added) {
    if (program.json()) {
      program.print_json({{"round", round},
                          {"vni", key.vni},
                          {"outer_sip", text_of(key.outer_sip)},
                          {"outer_dip", text_of(key.outer_dip)},
                          {"inner_sip", text_of(key.inner_sip)},
                          {"inner_dip", text_of(key.inner_dip)},
                          {"tx_pkts", count.tx_pkts},
                          {"tx_bytes", count.tx_bytes},
                          {"rx_pkts", count.rx_pkts},
                          {"rx_bytes", count.rx_bytes}});
    } else {
      fmt::print("vni {} {} - {} inside {} - {} tx {}/{} rx {}/{}\n", key.vni, text_of(key.outer_sip),
                 text_of(key.outer_dip), text_of(key.inner_sip), text_of(key.inner_dip), count.tx_pkts, count.tx_bytes,
                 count.rx_pkts, count.rx_bytes);
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  programs::Program program("Counts the packets and bytes of VXLAN tunnels.",
                            {.interval = 5, .first = bccxx::FirstTick::at_once});
  std::string name;
  std::string network_namespace;
  std::string directory;
  program.argument("dev", name, "Device that carries the tunnels");
  program.option("--netns", network_namespace, "Network namespace of the device, by name or path");
  program.option("-o,--output", directory, "Directory to write tunnel.json and tunnel-delta.json to, made if need be");

  return program.run(argc, argv, [&] {
    if (!directory.empty()) std::filesystem::create_directories(directory);
    const bccxx::NetworkDevice device = {name, network_namespace};
    bccxx::BPF bpf(bpf_text, {.log = program.log()});
    const auto parser = bpf.get_prog_table("parser");
    parser.update(1, bpf.load_func("handle_outer", bccxx::ProgramType::sched_cls));
    parser.update(2, bpf.load_func("handle_inner", bccxx::ProgramType::sched_cls));
    bpf.attach_tc(device, bccxx::TcDirection::ingress, "handle_ingress");
    bpf.attach_tc(device, bccxx::TcDirection::egress, "handle_egress");

    const auto stats = bpf.get_hash_table<Key, Counters>("stats");
    Tunnels before;
    for (const auto& tick : program.rounds()) {
      const auto items = stats.items();
      const Tunnels now(items.begin(), items.end());
      const auto added = difference(now, before);
      print(program, tick.number, added);
      if (!directory.empty()) {
        programs::write_whole_file(directory + "/tunnel.json", json_array(now));
        programs::write_whole_file(directory + "/tunnel-delta.json", json_array(added));
      }
      before = now;
    }
  });
}
