// Datagrams sent by one CPU are received by another, because the cpumap moved them there.

#include <bccxx/bpf.hpp>

#include <catch2/catch.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <string>

#include "json_rounds.hpp"
#include "maps_of.hpp"
#include "namespaces.hpp"
#include "udp.hpp"

using namespace programs_test;

namespace {

constexpr int datagrams = 50;

struct SenderAndReceiver {
  SenderAndReceiver() {
    namespaces.veth("a", "a0", "r", "vin");
    namespaces.ip("a", "addr add 10.77.0.1/24 dev a0");
    namespaces.ip("r", "addr add 10.77.0.2/24 dev vin");
    namespaces.ip("a", "neigh add 10.77.0.2 lladdr " + namespaces.mac("r", "vin") + " dev a0 nud permanent");
    namespaces.ip("r", "neigh add 10.77.0.1 lladdr " + namespaces.mac("a", "a0") + " dev vin nud permanent");
  }
  [[nodiscard]] UdpSocket receiver() const {
    return UdpSocket(namespaces["r"], {"10.77.0.2", 5555}, {"10.77.0.1", 6666});
  }
  void send(int cpu) const {
    must_run(namespaces.inside("a", load_command("udpload", {std::to_string(datagrams), std::to_string(cpu),
                                                             "10.77.0.1", "6666", "10.77.0.2", "5555"})));
  }
  /// A counter of /proc/net/snmp.
  [[nodiscard]] long udp_counter(const std::string& name) const {
    std::vector<std::vector<std::string>> udp;
    for (const auto& line : lines(namespaces.must_run_inside("r", "cat /proc/net/snmp"))) {
      if (line.starts_with("Udp:")) udp.push_back(words(line));
    }
    const auto at = std::ranges::find(udp.at(0), name) - udp.at(0).begin();
    return std::stol(udp.at(1).at(static_cast<std::size_t>(at)));
  }

  Namespaces namespaces{{"a", "r"}};
};

/// What the kernel's tracepoints say of a cpumap.
class CpumapEvents {
 public:
  struct Move {
    std::uint32_t map;
    std::uint32_t from;
    std::uint32_t to;
    friend bool operator==(const Move&, const Move&) = default;
  };
  struct Worker {
    std::uint32_t map;
    std::uint32_t cpu;
    friend bool operator==(const Worker&, const Worker&) = default;
  };

  [[nodiscard]] auto enqueued() const { return bpf_.get_hash_table<Move, std::uint64_t>("enqueued"); }
  [[nodiscard]] auto worked() const { return bpf_.get_hash_table<Worker, std::uint64_t>("worked"); }
  /// The sum of a table over one map.
  template <class Table>
  [[nodiscard]] static std::uint64_t sum(const Table& table, std::uint32_t map) {
    std::uint64_t result = 0;
    for (const auto& [key, count] : table.items()) result += key.map == map ? count : 0;
    return result;
  }

 private:
  bccxx::BPF bpf_{R"(
struct move_t { u32 map; u32 from; u32 to; };
struct worker_t { u32 map; u32 cpu; };
BPF_HASH(enqueued, struct move_t);
BPF_HASH(worked, struct worker_t);
TRACEPOINT_PROBE(xdp, xdp_cpumap_enqueue) {
  struct move_t key = {.map = args->map_id, .from = args->cpu, .to = args->to_cpu};
  enqueued.atomic_increment(key, args->processed);
  return 0;
}
TRACEPOINT_PROBE(xdp, xdp_cpumap_kthread) {
  struct worker_t key = {.map = args->map_id, .cpu = args->cpu};
  worked.atomic_increment(key, args->processed);
  return 0;
}
)"};
};

void wait_until(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!condition() && std::chrono::steady_clock::now() < deadline) poll(nullptr, 0, 5);
}

}  // namespace

TEST_CASE("xdp_redirect_cpu moves packets to the CPU asked for", "[network][xdp_redirect_cpu]") {
  const auto cpus = bccxx::online_cpus();
  REQUIRE(cpus.size() >= 2);
  const auto [target, sender] = GENERATE_COPY(std::pair(cpus[1], cpus[0]), std::pair(cpus[0], cpus[1]));
  const SenderAndReceiver hosts;
  const CpumapEvents events;
  const auto bad_checksums = hosts.udp_counter("InCsumErrors");
  TracingProgram program("xdp_redirect_cpu",
                         {"vin", std::to_string(target), "0.05", "--json", "--netns", hosts.namespaces["r"]});
  const auto map = map_of(program.pid(), "cpumap")->info().id;

  const auto receiver = hosts.receiver();
  hosts.send(sender);
  for (int i = 0; i < datagrams; ++i) {
    const auto text = receiver.receive();
    INFO("datagram " << i << ", " << events.sum(events.enqueued(), map) << " enqueued, "
                     << events.sum(events.worked(), map) << " worked on");
    REQUIRE(text);
    CHECK(*text == fmt::format("seq{:04}", i));
    CHECK(receiver.incoming_cpu() == target);
  }
  wait_for_member(program, "packets", datagrams);
  const bccxx::PercpuArrayTable<long> rxcnt(map_of(program.pid(), "rxcnt"));
  for (const int cpu : cpus) CHECK(rxcnt[0].at(static_cast<std::size_t>(cpu)) == (cpu == sender ? datagrams : 0));

  wait_until([&] { return events.sum(events.worked(), map) >= datagrams; });
  const auto from = static_cast<std::uint32_t>(sender);
  const auto to = static_cast<std::uint32_t>(target);
  CHECK(events.enqueued().find({map, from, to}) == datagrams);
  CHECK(events.sum(events.enqueued(), map) == datagrams);
  CHECK(events.worked().find({map, to}) == datagrams);
  CHECK(events.sum(events.worked(), map) == datagrams);
  CHECK(hosts.udp_counter("InCsumErrors") == bad_checksums);

  CHECK(program.interrupt().ended == "exit 0");
  CHECK(hosts.namespaces.ip("r", "-d link show dev vin").find("prog/xdp") == std::string::npos);
}

TEST_CASE("a cpumap loses the mark of a checksum left to hardware", "[network][xdp_redirect_cpu]") {
  const auto cpus = bccxx::online_cpus();
  REQUIRE(cpus.size() >= 2);
  const SenderAndReceiver hosts;
  hosts.namespaces.must_run_inside("a", "ethtool -K a0 tx on");
  const CpumapEvents events;
  const auto bad_checksums = hosts.udp_counter("InCsumErrors");
  TracingProgram program("xdp_redirect_cpu",
                         {"vin", std::to_string(cpus[1]), "0.05", "--json", "--netns", hosts.namespaces["r"]});
  const auto map = map_of(program.pid(), "cpumap")->info().id;
  const auto receiver = hosts.receiver();
  hosts.send(cpus[0]);
  wait_until([&] { return hosts.udp_counter("InCsumErrors") >= bad_checksums + datagrams; });
  CHECK(hosts.udp_counter("InCsumErrors") == bad_checksums + datagrams);
  CHECK(events.sum(events.worked(), map) == datagrams);
  CHECK_FALSE(receiver.receive(0));
}

TEST_CASE("xdp_redirect_cpu prints rates, and refuses a CPU that is not there", "[network][xdp_redirect_cpu]") {
  const auto cpus = bccxx::online_cpus();
  const SenderAndReceiver hosts;
  const auto& name = hosts.namespaces["r"];
  for (const auto& cpu : {std::to_string(cpus.back() + 1), std::string("-1"), std::string("two"), std::string("0x")}) {
    const auto refused = run_program("xdp_redirect_cpu", {"--netns", name, "--", "vin", cpu});
    CHECK(refused.ended == "exit 1");
    CHECK_THAT(refused.err, Catch::Contains("Invalid CPU id " + cpu));
  }
  const auto usage = run_program("xdp_redirect_cpu", {"vin"});
  CHECK(usage.ended == "exit 1");
  CHECK(usage.err ==
        "xdp_redirect_cpu: cpu is required\n"
        "Usage: xdp_redirect_cpu <in ifdev> <CPU id> [interval [count]]\n"
        "e.g.: xdp_redirect_cpu eth0 2\n");
  // Without it the sender would be told that nobody listens.
  const auto receiver = hosts.receiver();
  TracingProgram program("xdp_redirect_cpu", {"vin", "0", "1", "--netns", name});
  hosts.send(cpus[0]);
  program.wait_until([&] { return program.out().find(" pkt/s to CPU 0\n0 pkt/s to CPU 0\n") != std::string::npos; });
  const auto finished = program.interrupt();
  CHECK(finished.ended == "exit 0");
  const auto out = lines(finished.out);
  CHECK(out.front() == "Printing redirected packets, hit CTRL+C to stop");
  CHECK(out.back() == "Removing filter from device");
  int sum = 0;
  for (std::size_t i = 1; i + 1 < out.size(); ++i) sum += std::stoi(out[i]);
  CHECK(sum == datagrams);
}
