// Counts traffic by networks: a practical use of BPF_LPM_TRIE.
//
// Run it as root:  cidr_traffic CIDR[,CIDR...] [interval [count]] [--cgroup DIR]
// For example:     cidr_traffic 10.0.0.0/8,192.168.0.0/16,2001:db8::/32
// Every round it prints what the processes of a control group (by default: all of the machine's) received from each
// network and sent to it since the last round. An address counts for the longest prefix that holds it; what is in none
// of the networks counts as "other".

#include <bccxx/bpf.hpp>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <linux/bpf.h>
#include <mntent.h>

#include <charconv>
#include <cstdio>
#include <memory>
#include <stdexcept>

#include "program.hpp"

namespace {

constexpr const char* bpf_text = R"(
#include <uapi/linux/if_ether.h>

struct key_v4 { u32 prefixlen; u8 data[4]; };
struct key_v6 { u32 prefixlen; u8 data[16]; };
struct traffic_t { u64 packets; u64 bytes; };

BPF_LPM_TRIE(nets_v4, struct key_v4, u32, 1024);
BPF_LPM_TRIE(nets_v6, struct key_v6, u32, 1024);
// Two slots a row: received, sent. Row 0 is what no network holds.
BPF_PERCPU_ARRAY(traffic, struct traffic_t, 2 * ROWS);

// The tries hold addresses in network order, just as packets do.
static inline int count_packet(struct __sk_buff *skb, u32 offset_v4, u32 offset_v6, u32 direction) {
  struct key_v4 v4 = {.prefixlen = 32};
  struct key_v6 v6 = {.prefixlen = 128};
  u32 *row = 0;
  if (skb->protocol == bpf_htons(ETH_P_IP)) {
    if (bpf_skb_load_bytes(skb, offset_v4, v4.data, sizeof(v4.data)) == 0) row = nets_v4.lookup(&v4);
  } else if (skb->protocol == bpf_htons(ETH_P_IPV6)) {
    if (bpf_skb_load_bytes(skb, offset_v6, v6.data, sizeof(v6.data)) == 0) row = nets_v6.lookup(&v6);
  }
  u32 slot = (row ? *row : 0) * 2 + direction;
  struct traffic_t *count = traffic.lookup(&slot);
  if (count) {
    __sync_fetch_and_add(&count->packets, 1);
    __sync_fetch_and_add(&count->bytes, skb->len);
  }
  return 1;
}

int received(struct __sk_buff *skb) { return count_packet(skb, 12, 8, 0); }
int sent(struct __sk_buff *skb) { return count_packet(skb, 16, 24, 1); }
)";

struct Traffic {
  std::uint64_t packets;
  std::uint64_t bytes;
};

/// "10.0.0.0/8" as a key; nullopt when it is no network of that family.
template <std::size_t Size>
std::optional<bccxx::LpmKey<Size>> parse(const std::string& cidr) {
  bccxx::LpmKey<Size> key;
  const auto slash = cidr.find('/');
  if (inet_pton(Size == 4 ? AF_INET : AF_INET6, cidr.substr(0, slash).c_str(), key.data.data()) != 1) return {};
  key.prefixlen = 8 * Size;
  if (slash == std::string::npos) return key;
  const char* end = cidr.data() + cidr.size();
  const auto [rest, error] = std::from_chars(cidr.data() + slash + 1, end, key.prefixlen);
  if (error != std::errc() || rest != end || key.prefixlen > 8 * Size) return {};
  return key;
}

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> words;
  for (std::size_t at = 0; at <= list.size();) {
    const auto end = std::min(list.find(',', at), list.size());
    words.push_back(list.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

/// The root of the machine's control groups.
std::string root_cgroup() {
  const std::unique_ptr<FILE, int (*)(FILE*)> mounts(setmntent("/proc/self/mounts", "re"), endmntent);
  while (const mntent* mount = mounts ? getmntent(mounts.get()) : nullptr) {
    if (std::string_view(mount->mnt_type) == "cgroup2") return mount->mnt_dir;
  }
  throw std::runtime_error("cgroup2 is not mounted; mount -t cgroup2 cgroup2 DIR, or give --cgroup DIR");
}

/// What was counted since the start, by row: received, sent.
std::vector<Traffic> read(const bccxx::PercpuArrayTable<Traffic>& table) {
  std::vector<Traffic> sums;
  for (const auto& [slot, per_cpu] : table.items()) {
    Traffic sum{};
    for (const auto& traffic : per_cpu) {
      sum.packets += traffic.packets;
      sum.bytes += traffic.bytes;
    }
    sums.push_back(sum);
  }
  return sums;
}

void insert(const bccxx::BPF& bpf, const std::string& cidr, std::uint32_t row) {
  if (const auto v4 = parse<4>(cidr)) {
    bpf.get_lpm_trie_table<bccxx::LpmKey<4>, std::uint32_t>("nets_v4").update(*v4, row);
  } else if (const auto v6 = parse<16>(cidr)) {
    bpf.get_lpm_trie_table<bccxx::LpmKey<16>, std::uint32_t>("nets_v6").update(*v6, row);
  } else {
    throw std::runtime_error("not a network such as 10.0.0.0/8 or 2001:db8::/32: " + cidr);
  }
}

}  // namespace

int main(int argc, char** argv) {
  programs::Program program("Counts traffic by networks.", {.interval = 1});
  std::string list;
  std::string cgroup;
  program.argument("CIDR", list, "Networks, separated by commas: 10.0.0.0/8,2001:db8::/32");
  program.option("--cgroup", cgroup, "Count only the processes of this cgroup2 directory");

  return program.run(argc, argv, [&] {
    auto names = split(list);
    bccxx::BPF bpf(bpf_text, {.cflags = {"-DROWS=" + std::to_string(names.size() + 1)}, .log = program.log()});
    for (std::uint32_t i = 0; i < names.size(); ++i) insert(bpf, names[i], i + 1);
    names.insert(names.begin(), "other");
    if (cgroup.empty()) cgroup = root_cgroup();
    bpf.attach_cgroup(cgroup, BPF_CGROUP_INET_INGRESS, "received", bccxx::ProgramType::cgroup_skb);
    bpf.attach_cgroup(cgroup, BPF_CGROUP_INET_EGRESS, "sent", bccxx::ProgramType::cgroup_skb);

    const auto table = bpf.get_percpu_array_table<Traffic>("traffic");
    std::vector<Traffic> before(table.size());
    for (const auto& tick : program.rounds()) {
      auto now = read(table);
      if (!program.json())
        fmt::print("{:<28} {:>12} {:>14} {:>12} {:>14}\n", "NETWORK", "RX PACKETS", "RX BYTES", "TX PACKETS",
                   "TX BYTES");
      for (std::size_t i = 1; i <= names.size(); ++i) {
        const std::size_t row = i % names.size();  // "other" comes last
        const std::size_t in = 2 * row;
        const Traffic rx{now[in].packets - before[in].packets, now[in].bytes - before[in].bytes};
        const Traffic tx{now[in + 1].packets - before[in + 1].packets, now[in + 1].bytes - before[in + 1].bytes};
        if (program.json()) {
          program.print_json({{"round", tick.number},
                              {"network", names[row]},
                              {"rx_packets", rx.packets},
                              {"rx_bytes", rx.bytes},
                              {"tx_packets", tx.packets},
                              {"tx_bytes", tx.bytes}});
        } else {
          fmt::print("{:<28} {:>12} {:>14} {:>12} {:>14}\n", names[row], rx.packets, rx.bytes, tx.packets, tx.bytes);
        }
      }
      if (!program.json()) fmt::print("\n");
      before = std::move(now);
    }
  });
}
