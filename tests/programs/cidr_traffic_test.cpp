// Traffic between addresses of a control group, counted by networks.

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <mntent.h>

#include <filesystem>
#include <memory>

#include "run_program.hpp"

namespace {

using namespace programs_test;

/// A control group of the test's own; what other processes send is not counted in it.
class Cgroup {
 public:
  Cgroup() {
    const std::unique_ptr<FILE, int (*)(FILE*)> mounts(setmntent("/proc/self/mounts", "re"), endmntent);
    while (const mntent* mount = mounts ? getmntent(mounts.get()) : nullptr) {
      if (path_.empty() && std::string(mount->mnt_type) == "cgroup2") path_ = mount->mnt_dir;
    }
    if (path_.empty()) throw std::runtime_error("cgroup2 is not mounted");
    path_ += "/" + unique_name("bccxx");
    std::filesystem::create_directory(path_);
  }
  ~Cgroup() { std::filesystem::remove(path_); }
  Cgroup(const Cgroup&) = delete;
  Cgroup& operator=(const Cgroup&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

nlohmann::json row(const std::string& network, int rx, int rx_bytes, int tx, int tx_bytes) {
  return {{"network", network}, {"rx_packets", rx}, {"rx_bytes", rx_bytes}, {"tx_packets", tx}, {"tx_bytes", tx_bytes}};
}

constexpr int header_v4 = 20 + 8;
constexpr int header_v6 = 40 + 8;

}  // namespace

TEST_CASE("cidr_traffic counts each packet for the most specific network", "[cidr]") {
  const Cgroup cgroup;
  TracingProgram program(
      "cidr_traffic", {"127.1.0.0/16,127.1.2.0/24,127.0.0.0/8,::1/128", "3600", "--json", "--cgroup", cgroup.path()});
  run_load("datagramload", {"5", "100", "127.1.0.1", "127.1.2.1", cgroup.path()});
  run_load("datagramload", {"3", "10", "127.9.9.9", "127.1.2.200", cgroup.path()});
  run_load("datagramload", {"7", "50", "::1", "::1", cgroup.path()});
  // Not of the group.
  run_load("datagramload", {"4", "10", "127.1.0.1", "127.1.2.1"});
  const auto finished = program.interrupt();
  CHECK(finished.ended == "exit 0");

  nlohmann::json rows;
  for (const auto& line : lines(finished.out)) {
    auto json = nlohmann::json::parse(line);
    CHECK(json["schema"] == "cidr_traffic");
    for (const char* name : {"schema", "version", "round"}) json.erase(name);
    rows.push_back(json);
  }
  const nlohmann::json wanted = {
      row("127.1.0.0/16", 5, 5 * (100 + header_v4), 0, 0),
      row("127.1.2.0/24", 0, 0, 8, 5 * (100 + header_v4) + 3 * (10 + header_v4)),
      row("127.0.0.0/8", 3, 3 * (10 + header_v4), 0, 0),
      row("::1/128", 7, 7 * (50 + header_v6), 7, 7 * (50 + header_v6)),
      row("other", 0, 0, 0, 0),
  };
  CHECK(rows == wanted);
}

TEST_CASE("cidr_traffic prints a table, with the rest as other", "[cidr]") {
  const Cgroup cgroup;
  TracingProgram program("cidr_traffic", {"10.0.0.0/8", "3600", "--cgroup", cgroup.path()});
  run_load("datagramload", {"2", "72", "127.0.0.1", "127.0.0.1", cgroup.path()});
  const auto finished = program.interrupt();
  CHECK(finished.ended == "exit 0");
  CHECK(finished.out ==
        "NETWORK                        RX PACKETS       RX BYTES   TX PACKETS       TX BYTES\n"
        "10.0.0.0/8                              0              0            0              0\n"
        "other                                   2            200            2            200\n\n");
}

TEST_CASE("cidr_traffic counts the whole machine unless told otherwise", "[cidr]") {
  TracingProgram program("cidr_traffic", {"127.77.0.0/16", "3600", "--json"});
  run_load("datagramload", {"6", "72", "127.77.0.1", "127.77.0.2"});
  const auto printed = lines(program.interrupt().out);
  REQUIRE(printed.size() == 2);
  const auto json = nlohmann::json::parse(printed[0]);
  CHECK(json["rx_packets"] == 6);
  CHECK(json["tx_bytes"] == 600);
}

TEST_CASE("cidr_traffic refuses what is no network", "[cidr][any_kernel]") {
  const std::string cidr = GENERATE("10.0.0.0/33", "::1/129", "10.0.0/8", "10.0.0.0/", "10.0.0.0/8,", "ten");
  const auto finished = run_program("cidr_traffic", {cidr});
  CHECK(finished.ended == "exit 2");
  CHECK(finished.err.find("not a network") != std::string::npos);
}
