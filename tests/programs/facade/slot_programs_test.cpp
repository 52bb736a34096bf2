// Programs in the slots of devmaps and cpumaps: a redirected frame runs the program of the slot it went through.

#include <bccxx/bpf.hpp>

#include <catch2/catch.hpp>

#include <linux/bpf.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "programs/network/frames.hpp"
#include "programs/network/namespaces.hpp"

using namespace bccxx;
using programs_test::EthernetFrame;
using programs_test::FrameSocket;
using programs_test::Namespaces;

namespace {

constexpr const char* redirecting = R"(
#include <uapi/linux/bpf.h>

BPF_XDP_REDIRECT_MAP("devmap", struct bpf_devmap_val, ports, 2);
BPF_XDP_REDIRECT_MAP("cpumap", struct bpf_cpumap_val, cpus, 64);
BPF_ARRAY(cpu, u32, 1);
BPF_ARRAY(seen, u64, 4);

int to_port(struct xdp_md *ctx) { return ports.redirect_map(0, XDP_ABORTED); }
int to_cpu(struct xdp_md *ctx) {
  int zero = 0;
  u32 *number = cpu.lookup(&zero);
  return number ? cpus.redirect_map(*number, XDP_ABORTED) : XDP_ABORTED;
}

// Only a program of a devmap's slot may ask where the frame leaves.
int on_departure(struct xdp_md *ctx) {
  u64 device = ctx->egress_ifindex;
  int two = 2;
  seen.update(&two, &device);
  seen.atomic_increment(0);
  return XDP_PASS;
}
int on_arrival(struct xdp_md *ctx) {
  u64 device = ctx->ingress_ifindex;
  int three = 3;
  seen.update(&three, &device);
  seen.atomic_increment(1);
  return XDP_PASS;
}
int drop(struct xdp_md *ctx) { return XDP_DROP; }
)";

/// To everybody, of a protocol that nobody has.
EthernetFrame frame() {
  EthernetFrame result(60, 0xff);
  result[12] = 0x88;
  result[13] = 0xb5;
  return result;
}

void send(const NetworkDevice& from, std::size_t count) {
  const FrameSocket sender(from);
  for (std::size_t i = 0; i < count; ++i) sender.send_frame(frame());
}

/// a0 in one namespace, a router with vin and vout in another, b0 in a third.
struct Road {
  Road() {
    namespaces.veth("a", "a0", "r", "vin");
    namespaces.veth("r", "vout", "b", "b0");
    // A veth takes redirected frames when its peer does this.
    namespaces.must_run_inside("b", "ethtool -K b0 gro on");
  }
  [[nodiscard]] NetworkDevice a0() const { return {"a0", namespaces["a"]}; }
  [[nodiscard]] NetworkDevice vin() const { return {"vin", namespaces["r"]}; }
  [[nodiscard]] NetworkDevice vout() const { return {"vout", namespaces["r"]}; }
  [[nodiscard]] NetworkDevice b0() const { return {"b0", namespaces["b"]}; }

  Namespaces namespaces{{"a", "r", "b"}};
};

}  // namespace

TEST_CASE("a frame that is redirected through a slot of a devmap runs the slot's program", "[network]") {
  const Road road;
  const auto mode = GENERATE(XdpMode::native, XdpMode::generic);
  BPF bpf(redirecting);
  const auto ports = bpf.get_devmap_table("ports");
  const auto seen = bpf.get_array_table<std::uint64_t>("seen");
  const auto& departure = bpf.load_func("on_departure", ProgramType::xdp, BPF_XDP_DEVMAP);
  ports.update(0, road.vout(), departure);
  CHECK(ports[0] == RedirectTarget{device_index(road.vout()), departure.id()});
  CHECK(ports.items().at(0).second.program_id == departure.id());

  bpf.attach_xdp(road.vin(), "to_port", mode);
  const FrameSocket receiver(road.b0());
  send(road.a0(), 5);
  CHECK(receiver.receive(5).size() == 5);
  CHECK(seen[0] == 5);
  CHECK(seen[2] == device_index(road.vout()));

  // The slot holds the program; what it says of a frame is done.
  bpf.unload_func("on_departure");
  CHECK(ports[0].program_id != 0);
  ports.update(0, road.vout(), bpf.load_func("drop", ProgramType::xdp, BPF_XDP_DEVMAP));
  send(road.a0(), 3);
  CHECK(receiver.receive(1, 200) == std::vector<EthernetFrame>{});
  ports.update(0, road.vout());
  CHECK(ports[0].program_id == 0);
  send(road.a0(), 3);
  CHECK(receiver.receive(3).size() == 3);
  CHECK(seen[0] == 5);
}

TEST_CASE("a frame that is redirected through a slot of a cpumap runs the slot's program", "[network]") {
  const Road road;
  const auto mode = GENERATE(XdpMode::native, XdpMode::generic);
  BPF bpf(redirecting);
  const auto cpus = bpf.get_cpumap_table("cpus");
  const auto seen = bpf.get_array_table<std::uint64_t>("seen");
  const auto cpu = static_cast<std::uint32_t>(online_cpus().back());
  const auto& arrival = bpf.load_func("on_arrival", ProgramType::xdp, BPF_XDP_CPUMAP);
  bpf.get_array_table<std::uint32_t>("cpu").update(0, cpu);
  cpus.update(cpu, 192, arrival);
  CHECK(cpus[cpu] == RedirectTarget{192, arrival.id()});

  bpf.attach_xdp(road.vin(), "to_cpu", mode);
  const FrameSocket receiver(road.vin());
  send(road.a0(), 5);
  CHECK(receiver.receive(5).size() == 5);
  CHECK(seen[1] == 5);
  CHECK(seen[3] == device_index(road.vin()));

  cpus.update(cpu, 192, bpf.load_func("drop", ProgramType::xdp, BPF_XDP_CPUMAP));
  // In generic mode Linux 6.1 and 6.12 do not ask about what has queued up behind a frame that is dropped.
  send(road.a0(), 1);
  CHECK(receiver.receive(1, 200) == std::vector<EthernetFrame>{});
  CHECK(seen[1] == 5);
}

TEST_CASE("a slot refuses a program that was loaded for another place, and a plain map any", "[network]") {
  const Road road;
  BPF bpf(redirecting);
  BPF plain("BPF_DEVMAP(ports, 1); BPF_CPUMAP(cpus, 1); int pass(struct xdp_md *ctx) { return XDP_PASS; }");
  const auto& on_device = plain.load_func("pass", ProgramType::xdp);
  const auto ports = bpf.get_devmap_table("ports");
  const auto cpus = bpf.get_cpumap_table("cpus");
  CHECK_THROWS_AS(ports.update(0, road.vout(), on_device), SystemError);
  CHECK_THROWS_AS(cpus.update(0, 192, on_device), SystemError);
  CHECK_THROWS_AS(ports.update(0, road.vout(), bpf.load_func("drop", ProgramType::xdp, BPF_XDP_CPUMAP)), SystemError);
  CHECK_FALSE(ports.find(0));
  CHECK_FALSE(cpus.find(0));
  const auto& departure = bpf.load_func("on_departure", ProgramType::xdp, BPF_XDP_DEVMAP);
  CHECK_THROWS_AS(plain.get_devmap_table("ports").update(0, road.vout(), departure), TypeMismatch);
  CHECK_THROWS_AS(plain.get_cpumap_table("cpus").update(0, 192, departure), TypeMismatch);
}
