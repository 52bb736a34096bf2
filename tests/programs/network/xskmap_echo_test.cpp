// A namespace without an address answers datagrams: only AF_XDP can have done it.

#include <catch2/catch.hpp>

#include <fmt/format.h>

#include <string>

#include "json_rounds.hpp"
#include "namespaces.hpp"
#include "udp.hpp"

using namespace programs_test;

namespace {

struct Client {
  Client() {
    namespaces.veth("a", "a0", "r", "vin");
    namespaces.ip("a", "addr add 10.77.0.1/24 dev a0");
    namespaces.ip("a", "neigh add 10.77.0.2 lladdr " + namespaces.mac("r", "vin") + " dev a0 nud permanent");
  }
  /// How many of `count` datagrams come back unchanged.
  [[nodiscard]] int echoes(int count, int patience_ms) const {
    return std::stoi(must_run(
        namespaces.inside("a", load_command("echoclient", {std::to_string(count), "10.77.0.1", "6666", "10.77.0.2",
                                                           "5555", std::to_string(patience_ms)}))));
  }
  [[nodiscard]] std::vector<std::string> arguments(std::vector<std::string> more) const {
    more.insert(more.begin(), {"vin", "0.05", "--json", "--netns", namespaces["r"]});
    return more;
  }

  Namespaces namespaces{{"a", "r"}};
};

}  // namespace

TEST_CASE("xskmap_echo answers each datagram from user space", "[network][xskmap_echo]") {
  const std::string mode = GENERATE("native", "generic");
  const Client client;
  TracingProgram program("xskmap_echo", client.arguments({"--mode", mode}));
  CHECK(client.echoes(100, 20000) == 100);
  const auto finished = program.interrupt();
  CHECK(finished.ended == "exit 0");
  const auto last = last_json(finished.out);
  CHECK(last["rx"] == 100);
  CHECK(last["tx"] == 100);
  CHECK(last["drop"] == 0);
  CHECK(last["seen"] == 100);
  CHECK(last["redirected"] == 100);
  CHECK(last["rx_dropped"] == 0);
  CHECK(last["rx_ring_full"] == 0);
  CHECK(last["rx_invalid"] == 0);
  CHECK(last["tx_invalid"] == 0);
  CHECK(client.namespaces.ip("r", "-d link show dev vin").find("prog/xdp") == std::string::npos);
}

TEST_CASE("xskmap_echo goes round its rings and its memory many times", "[network][xskmap_echo]") {
  const Client client;
  TracingProgram program("xskmap_echo", client.arguments({"--mode", "native"}));
  // More than the 512 chunks that there are, and in bursts.
  const UdpSocket socket(client.namespaces["a"], {"10.77.0.1", 6666}, {"10.77.0.2", 5555});
  constexpr int bursts = 40;
  constexpr int burst = 60;
  int echoes = 0;
  for (int i = 0; i < bursts; ++i) {
    for (int j = 0; j < burst; ++j) socket.send_text(fmt::format("burst{}-{}", i, j));
    for (int j = 0; j < burst; ++j) echoes += socket.receive() == fmt::format("burst{}-{}", i, j) ? 1 : 0;
  }
  CHECK(echoes == bursts * burst);
  const auto last = last_json(program.interrupt().out);
  CHECK(last["rx"] == bursts * burst);
  CHECK(last["tx"] == bursts * burst);
  CHECK(last["rx_dropped"] == 0);
}

TEST_CASE("without a socket in the map nobody answers", "[network][xskmap_echo]") {
  const Client client;
  TracingProgram program("xskmap_echo", client.arguments({"--no-socket"}));
  CHECK(client.echoes(3, 200) == 0);
  const auto last = last_json(program.interrupt().out);
  CHECK(last["seen"] == 3);
  CHECK(last["redirected"] == 0);
  CHECK(last["rx"] == 0);
}

TEST_CASE("an echo without the checksum that was left to hardware is not accepted", "[network][xskmap_echo]") {
  const Client client;
  client.namespaces.must_run_inside("a", "ethtool -K a0 tx on");
  TracingProgram program("xskmap_echo", client.arguments({}));
  CHECK(client.echoes(3, 200) == 0);
  const auto last = last_json(program.interrupt().out);
  CHECK(last["rx"] == 3);
  CHECK(last["tx"] == 3);
}

TEST_CASE("xskmap_echo ends when it has answered enough", "[network][xskmap_echo]") {
  const Client client;
  TracingProgram program("xskmap_echo", client.arguments({"--count", "5"}));
  CHECK(client.echoes(5, 20000) == 5);
  const auto finished = program.wait();
  CHECK(finished.ended == "exit 0");
  CHECK(last_json(finished.out)["tx"] == 5);
}

TEST_CASE("xskmap_echo says in which mode it runs", "[network][xskmap_echo]") {
  const Client client;
  const auto first_line = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--rounds", "1", "--interval", "0.01", "--netns", client.namespaces["r"]});
    const auto finished = run_program("xskmap_echo", arguments);
    INFO(finished.err);
    REQUIRE(finished.ended == "exit 0");
    return lines(finished.out).at(0);
  };
  CHECK(first_line({"vin"}) == "bound vin queue 0 mode native-copy");
  CHECK(first_line({"vin", "--native"}) == "bound vin queue 0 mode native-copy");
  CHECK(first_line({"vin", "--skb"}) == "bound vin queue 0 mode generic-copy");
  // Its driver knows nothing of XDP.
  CHECK(first_line({"lo"}) == "bound lo queue 0 mode generic-copy");
}

TEST_CASE("xskmap_echo as its text says, and what it refuses", "[network][xskmap_echo]") {
  const Client client;
  const auto& name = client.namespaces["r"];
  TracingProgram program("xskmap_echo", {"vin", "--mode", "native", "--netns", name});
  CHECK(client.echoes(3, 20000) == 3);
  const auto finished = program.interrupt();
  const auto out = lines(finished.out);
  CHECK(out.front() == "bound vin queue 0 mode native-copy");
  REQUIRE(out.size() >= 3);
  CHECK(out[out.size() - 2] == "rx 3 tx 3 drop 0");
  CHECK_THAT(out.back(), Catch::StartsWith("rx_dropped 0 rx_invalid 0 tx_invalid 0 rx_ring_full 0 "));

  const auto no_queue = run_program("xskmap_echo", {"vin", "--queue", "63", "--netns", name});
  CHECK(no_queue.ended == "exit 2");
  CHECK_THAT(no_queue.err, Catch::Contains("bind the AF_XDP socket"));
  // Not queue 0, which is what is left of it in 32 bits.
  CHECK(run_program("xskmap_echo", {"vin", "--queue", "4294967296", "--netns", name}).ended == "exit 1");
  const auto no_device = run_program("xskmap_echo", {"nix", "--netns", name});
  CHECK(no_device.ended == "exit 2");
  CHECK_THAT(no_device.err, Catch::Contains("nix in network namespace " + name));
}
