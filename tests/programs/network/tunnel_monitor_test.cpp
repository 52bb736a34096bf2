// Two hosts with two VXLAN networks between them: the monitor counts each ping, inside and out.

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "frames.hpp"
#include "namespaces.hpp"

using namespace programs_test;

namespace {

struct Hosts {
  Hosts() {
    namespaces.veth("h0", "u0", "h1", "u1");
    namespaces.ip("h0", "addr add 172.16.1.100/24 dev u0");
    namespaces.ip("h1", "addr add 172.16.1.101/24 dev u1");
    tunnel("h0", "u0", "172.16.1.100", "172.16.1.101", "1");
    tunnel("h1", "u1", "172.16.1.101", "172.16.1.100", "2");
  }
  void tunnel(const std::string& name, const std::string& device, const std::string& local, const std::string& remote,
              const std::string& last_byte) const {
    for (const std::string network : {"0", "1"}) {
      namespaces.ip(name, "link add vx" + network + " type vxlan id 1000" + network + " dstport 4789 local " + local +
                              " remote " + remote + " dev " + device);
      namespaces.ip(name, "addr add 192.168." + network + "." + last_byte + "/24 dev vx" + network);
      namespaces.ip(name, "link set vx" + network + " up");
    }
  }
  void ping(const std::string& from, const std::string& to, int count, int size) const {
    namespaces.must_run_inside(
        from, "busybox ping -c " + std::to_string(count) + " -W 20 -A -s " + std::to_string(size) + " " + to);
  }
  [[nodiscard]] std::string left_on(const std::string& what) const {
    return must_run({"tc", "-n", namespaces["h0"], what, "show", "dev", "u0"});
  }

  Namespaces namespaces{{"h0", "h1"}};
};

/// A directory that goes with the test.
struct Directory {
  std::string path = (std::filesystem::temp_directory_path() / unique_name("bccxxtest-tunnels")).string();
  Directory() { std::filesystem::create_directory(path); }
  ~Directory() {
    std::error_code none;
    std::filesystem::remove_all(path, none);
  }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;
};

nlohmann::ordered_json read_json(const std::string& path) {
  std::ifstream file(path);
  return nlohmann::ordered_json::parse(file, nullptr, false);
}

/// The entry of a network, without those of ARP.
nlohmann::ordered_json entry(const nlohmann::ordered_json& array, int vni) {
  nlohmann::ordered_json found = nlohmann::ordered_json::array();
  for (const auto& one : array) {
    if (one["vni"] == vni && one["inner_sip"] != "0.0.0.0") found.push_back(one);
  }
  return found;
}

nlohmann::ordered_json expected(int vni, const std::string& network, int packets, int bytes) {
  return nlohmann::ordered_json::array({{{"vni", vni},
                                         {"outer_sip", "172.16.1.100"},
                                         {"outer_dip", "172.16.1.101"},
                                         {"inner_sip", "192.168." + network + ".1"},
                                         {"inner_dip", "192.168." + network + ".2"},
                                         {"tx_pkts", packets},
                                         {"tx_bytes", bytes},
                                         {"rx_pkts", packets},
                                         {"rx_bytes", bytes}}});
}

/// A frame from 10.0.0.1 to 10.0.0.2 that carries one from 192.168.7.1 to 192.168.7.2.
EthernetFrame vxlan_frame(bool tagged, std::size_t options, int fragment_offset, int vni) {
  EthernetFrame frame;
  const auto add = [&frame](std::initializer_list<int> bytes) {
    for (const int byte : bytes) frame.push_back(static_cast<std::uint8_t>(byte));
  };
  const auto add_ethernet = [&] { add({2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1}); };
  const auto add_ip = [&](int protocol, std::size_t with_options, int offset, std::initializer_list<int> addresses) {
    add({0x40 + static_cast<int>(5 + with_options / 4), 0, 0, 100, 0, 0, offset >> 8, offset & 0xff, 64, protocol, 0,
         0});
    add(addresses);
    frame.insert(frame.end(), with_options, 1);
  };
  add_ethernet();
  if (tagged) add({0x81, 0, 0, 5});
  add({8, 0});
  add_ip(17, options, fragment_offset, {10, 0, 0, 1, 10, 0, 0, 2});
  add({0, 99, 4789 >> 8, 4789 & 0xff, 0, 80, 0, 0});
  add({8, 0, 0, 0, 0, 0, vni, 0});
  add_ethernet();
  add({8, 0});
  add_ip(1, 0, 0, {192, 168, 7, 1, 192, 168, 7, 2});
  frame.resize(frame.size() + 40);
  return frame;
}

}  // namespace

TEST_CASE("tunnel_monitor counts what each tunnel carries, both ways", "[network][tunnel_monitor]") {
  const Hosts hosts;
  const Directory directory;
  const auto qdiscs = hosts.left_on("qdisc");
  TracingProgram program("tunnel_monitor", {"u0", "0.1", "--netns", hosts.namespaces["h0"], "-o", directory.path});
  hosts.ping("h0", "192.168.0.2", 3, 512);
  hosts.ping("h1", "192.168.1.1", 2, 128);
  const auto finished = program.interrupt();
  REQUIRE(finished.ended == "exit 0");

  const auto all = read_json(directory.path + "/tunnel.json");
  REQUIRE(all.is_array());
  CHECK(entry(all, 10000).dump() == expected(10000, "0", 3, 1812).dump());
  CHECK(entry(all, 10001).dump() == expected(10001, "1", 2, 440).dump());
  for (const auto& one : all) CHECK(one["outer_sip"] == "172.16.1.100");
  CHECK(read_json(directory.path + "/tunnel-delta.json").is_array());
  CHECK_FALSE(std::filesystem::exists(directory.path + "/tunnel.json.new"));

  CHECK(hosts.left_on("qdisc") == qdiscs);
  CHECK(hosts.left_on("filter").empty());
}

TEST_CASE("tunnel_monitor prints what was added since the round before", "[network][tunnel_monitor]") {
  const Hosts hosts;
  TracingProgram program("tunnel_monitor", {"u0", "0.1", "--json", "--netns", hosts.namespaces["h0"]});
  const auto sum = [&](const std::string& member) {
    int result = 0;
    const auto complete = program.out().substr(0, program.out().rfind('\n') + 1);
    for (const auto& line : lines(complete)) {
      const auto one = nlohmann::json::parse(line);
      if (one["vni"] == 10000 && one["inner_sip"] == "192.168.0.1") result += one[member].get<int>();
    }
    return result;
  };
  hosts.ping("h0", "192.168.0.2", 1, 100);
  program.wait_until([&] { return sum("rx_pkts") == 1; });
  hosts.ping("h0", "192.168.0.2", 4, 100);
  program.wait_until([&] { return sum("rx_pkts") == 5; });
  const auto finished = program.interrupt();
  CHECK(finished.ended == "exit 0");
  CHECK(sum("tx_pkts") == 5);
  CHECK(sum("tx_bytes") == 5 * (100 + 92));
  CHECK(sum("rx_bytes") == 5 * (100 + 92));
}

TEST_CASE("tunnel_monitor begins with a round, in which nothing has passed", "[network][tunnel_monitor]") {
  const Hosts hosts;
  const Directory directory;
  TracingProgram program("tunnel_monitor", {"u0", "3600", "--netns", hosts.namespaces["h0"], "-o", directory.path});
  // Not at its next line, which is hours away.
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!std::filesystem::exists(directory.path + "/tunnel-delta.json") && std::chrono::steady_clock::now() < deadline)
    poll(nullptr, 0, 5);
  CHECK(read_json(directory.path + "/tunnel.json").is_array());
  hosts.ping("h0", "192.168.0.2", 2, 100);
  const auto finished = program.interrupt();
  CHECK(finished.ended == "exit 0");
  // What was added since the first round is all there is.
  CHECK(entry(read_json(directory.path + "/tunnel-delta.json"), 10000).dump() ==
        expected(10000, "0", 2, 2 * (100 + 92)).dump());
  std::size_t rounds = 0;
  for (const auto& line : lines(finished.out)) rounds += line.starts_with("--- tunnels at ") ? 1 : 0;
  CHECK(rounds == 2);
}

TEST_CASE("tunnel_monitor sees tunnels whatever stands before UDP", "[network][tunnel_monitor]") {
  const auto [tagged, options, fragment_offset, counted] = GENERATE(table<bool, std::size_t, int, int>(
      {{false, 0, 0, 1}, {true, 0, 0, 1}, {false, 8, 0, 1}, {true, 40, 0, 1}, {false, 0, 100, 0}}));
  const Namespaces namespaces({"h0", "h1"});
  namespaces.veth("h0", "u0", "h1", "u1");
  const Directory directory;
  const auto place = directory.path + "/made/for/it";
  TracingProgram program("tunnel_monitor", {"u0", "0.05", "--netns", namespaces["h0"], "-o", place});
  // Out of one device, into the other: what leaves has its tag within, the kernel takes it off what arrives.
  const FrameSocket out({"u0", namespaces["h0"]});
  const FrameSocket in({"u1", namespaces["h1"]});
  for (const auto& frame : {vxlan_frame(tagged, options, fragment_offset, 7), vxlan_frame(false, 0, 0, 8)}) {
    out.send_frame(frame);
    in.send_frame(frame);
  }
  const auto count = [&](int vni) {
    const auto all = read_json(place + "/tunnel.json");
    const auto found = all.is_array() ? entry(all, vni) : nlohmann::ordered_json::array();
    return found.empty() ? std::pair(0, 0) : std::pair(found[0]["tx_pkts"].get<int>(), found[0]["rx_pkts"].get<int>());
  };
  // The last frame has passed: so has the one before.
  program.wait_until([&] { return count(8) == std::pair(1, 1); });
  CHECK(count(7) == std::pair(counted, counted));
  CHECK(program.interrupt().ended == "exit 0");
}

TEST_CASE("tunnel_monitor says which device or directory it does not find", "[network][tunnel_monitor]") {
  const Namespaces namespaces({"h0"});
  const auto absent = run_program("tunnel_monitor", {"u0", "--netns", namespaces["h0"]});
  CHECK(absent.ended == "exit 2");
  CHECK_THAT(absent.err, Catch::Contains("u0 in network namespace " + namespaces["h0"]));
  const auto directory =
      run_program("tunnel_monitor", {"lo", "0.01", "--netns", namespaces["h0"], "-o", "/proc/version/tunnels"});
  CHECK(directory.ended == "exit 2");
  CHECK_THAT(directory.err, Catch::Contains("/proc/version/tunnels"));
  CHECK(lines(directory.err).size() == 1);
}
