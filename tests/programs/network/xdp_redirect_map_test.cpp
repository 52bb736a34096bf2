// Two hosts and a router without addresses: what gets through went through the devmap.

#include <bccxx/bpf.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>

#include "frames.hpp"
#include "json_rounds.hpp"
#include "namespaces.hpp"

using namespace programs_test;

namespace {

struct TwoHosts {
  TwoHosts() {
    namespaces.veth("a", "a0", "r", "vin");
    namespaces.veth("r", "vout", "b", "b0");
    // After the swap a frame goes to the address that was the sender's: the hosts share it.
    namespaces.ip("a", "link set a0 address " + host_mac);
    namespaces.ip("b", "link set b0 address " + host_mac);
    namespaces.ip("a", "addr add 10.77.0.1/24 dev a0");
    namespaces.ip("b", "addr add 10.77.0.2/24 dev b0");
    namespaces.ip("a", "neigh add 10.77.0.2 lladdr " + router_mac + " dev a0 nud permanent");
    namespaces.ip("b", "neigh add 10.77.0.1 lladdr " + router_mac + " dev b0 nud permanent");
  }
  /// A veth takes redirected frames when its peer does this.
  void receive_offload(const std::string& name, const std::string& device) const {
    namespaces.must_run_inside(name, "ethtool -K " + device + " gro on");
  }
  [[nodiscard]] std::string ping(int count, int patience) const {
    return run(namespaces.inside("a", {"busybox", "ping", "-c", std::to_string(count), "-W", std::to_string(patience),
                                       "-A", "10.77.0.2"}))
        .out;
  }
  [[nodiscard]] std::vector<std::string> arguments(std::vector<std::string> more) const {
    more.insert(more.begin(), {"vin", "vout", "0.05", "--json", "--netns", namespaces["r"]});
    return more;
  }

  std::string host_mac = "02:00:00:00:77:01";
  std::string router_mac = "02:00:00:00:77:02";
  Namespaces namespaces{{"a", "r", "b"}};
};

/// `count` frames from a0, and those of them that b0 gets.
std::vector<EthernetFrame> send_one_way(const TwoHosts& hosts, std::size_t count, std::size_t expected,
                                        int patience_ms) {
  const FrameSocket sender({"a0", hosts.namespaces["a"]});
  const FrameSocket receiver({"b0", hosts.namespaces["b"]});
  EthernetFrame frame(60, 0);
  const EthernetFrame addresses = {2, 0, 0, 0, 0x77, 2, 2, 0, 0, 0, 0x77, 1, 0x88, 0xb5};
  std::ranges::copy(addresses, frame.begin());
  for (std::size_t i = 0; i < count; ++i) sender.send_frame(frame);
  return receiver.receive(expected, patience_ms);
}

}  // namespace

TEST_CASE("xdp_redirect_map forwards both ways, so that ping works through a router without addresses",
          "[network][xdp_redirect_map]") {
  const TwoHosts hosts;
  hosts.receive_offload("a", "a0");
  hosts.receive_offload("b", "b0");
  CHECK_THAT(hosts.ping(1, 1), Catch::Contains("1 packets transmitted, 0 packets received"));
  {
    TracingProgram program("xdp_redirect_map", hosts.arguments({"--both"}));
    CHECK_THAT(hosts.ping(5, 20), Catch::Contains("5 packets transmitted, 5 packets received"));
    wait_for_member(program, "forth", 5);
    const auto finished = program.interrupt();
    CHECK(finished.ended == "exit 0");
    CHECK(last_json(finished.out)["forth"] == 5);
    CHECK(last_json(finished.out)["back"] == 5);
  }
  CHECK(hosts.namespaces.ip("r", "-d link").find("prog/xdp") == std::string::npos);
  CHECK_THAT(hosts.ping(1, 1), Catch::Contains("0 packets received"));
}

TEST_CASE("xdp_redirect_map one way: the other host sees every frame with its addresses swapped",
          "[network][xdp_redirect_map]") {
  const TwoHosts hosts;
  const std::string mode = GENERATE("native", "generic");
  if (mode == "native") hosts.receive_offload("b", "b0");
  TracingProgram program("xdp_redirect_map", hosts.arguments({"--mode", mode}));
  const auto frames = send_one_way(hosts, 20, 20, 20000);
  CHECK(frames.size() == 20);
  for (const auto& frame : frames) {
    CHECK(EthernetFrame(frame.begin(), frame.begin() + 12) == EthernetFrame{2, 0, 0, 0, 0x77, 1, 2, 0, 0, 0, 0x77, 2});
  }
  wait_for_member(program, "forth", 20);
  CHECK(last_json(program.interrupt().out)["back"] == 0);
}

TEST_CASE("a veth drops redirected frames when its peer has neither XDP nor GRO", "[network][xdp_redirect_map]") {
  const TwoHosts hosts;
  TracingProgram program("xdp_redirect_map", hosts.arguments({"--mode", "native"}));
  CHECK(send_one_way(hosts, 20, 1, 300).empty());
  wait_for_member(program, "forth", 20);
}

TEST_CASE("xdp_redirect_map as its text says", "[network][xdp_redirect_map]") {
  const TwoHosts hosts;
  hosts.receive_offload("b", "b0");
  const auto& name = hosts.namespaces["r"];
  TracingProgram program("xdp_redirect_map", {"vin", "vout", "1", "--netns", name});
  send_one_way(hosts, 20, 20, 20000);
  program.wait_until([&] { return program.out().find(" pkt/s\n0 pkt/s\n") != std::string::npos; });
  const auto finished = program.interrupt();
  CHECK(finished.ended == "exit 0");
  const auto out = lines(finished.out);
  CHECK(out.front() == "Printing redirected packets, hit CTRL+C to stop");
  CHECK(out.back() == "Removing filter from device");
  int sum = 0;
  for (std::size_t i = 1; i + 1 < out.size(); ++i) {
    INFO(out[i]);
    CHECK(out[i].ends_with(" pkt/s"));
    sum += std::stoi(out[i]);
  }
  CHECK(sum == 20);
}

TEST_CASE("xdp_redirect_map says what is wrong with its arguments", "[network][xdp_redirect_map]") {
  const Namespaces namespaces({"r"});
  const auto usage = run_program("xdp_redirect_map", {"vin"});
  CHECK(usage.ended == "exit 1");
  CHECK(usage.err ==
        "xdp_redirect_map: out is required\n"
        "Usage: xdp_redirect_map <in ifdev> <out ifdev> [interval [count]]\n"
        "e.g.: xdp_redirect_map eth0 eth1\n");
  const auto absent = run_program("xdp_redirect_map", {"lo", "vout", "--netns", namespaces["r"]});
  CHECK(absent.ended == "exit 2");
  CHECK_THAT(absent.err, Catch::Contains("vout in network namespace " + namespaces["r"]));
}
