// The questions of the tutorial and their answers.

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "run_program.hpp"

using namespace programs_test;

TEST_CASE("lpm_trie finds the longest prefix of an IPv4 address", "[lpm]") {
  const auto finished = run_program("lpm_trie", {});
  CHECK(finished.ended == "exit 0");
  CHECK(lines(finished.out) == std::vector<std::string>{
                                   "trie -> keys of 8 bytes, 16 entries, flags 0x1",
                                   "192.168.0.15/32 -> 28",
                                   "192.168.0.127/32 -> 24",
                                   "172.16.1.127/32 -> not found",
                                   "172.16.1.127/32 -> 0",
                                   "192.168.0.15/26 -> 24",
                                   "192.168.0.15/20 -> 0",
                                   "insert 192.168.0.0/33 -> EINVAL",
                                   "10.200.0.1/32 -> 8",
                                   "all -> 10.1.2.3/8 192.168.0.0/28 192.168.0.0/24 0.0.0.0/0",
                                   "connect 192.168.0.15/32 -> 28",
                                   "connect 192.168.0.127/32 -> 24",
                                   "connect 172.16.1.127/32 -> 0",
                                   "remove 192.168.0.0/28 -> removed",
                                   "remove 192.168.0.0/28 -> not found",
                                   "192.168.0.15/32 -> 24",
                                   "insert entry 17 -> ENOSPC",
                               });
}

TEST_CASE("lpm_trie finds the longest prefix of an IPv6 address", "[lpm]") {
  const auto finished = run_program("lpm_trie", {"--v6"});
  CHECK(finished.ended == "exit 0");
  CHECK(lines(finished.out) == std::vector<std::string>{
                                   "trie -> keys of 20 bytes, 16 entries, flags 0x1",
                                   "2a00:1450:4001:814::1024/128 -> 96",
                                   "2a00:1450:4001:814:2046::/128 -> 64",
                                   "2a00:ffff::/128 -> not found",
                                   "2a00:1450:4001:81f::1/128 -> 60",
                                   "2a00:1450:4001:820::1/128 -> not found",
                                   "2a00:1450:4001:f10::1/128 -> not found",
                                   "2a00:ffff::1/128 -> 128",
                                   "2a00:ffff::2/128 -> not found",
                                   "connect 2a00:1450:4001:814::1024/128 -> 96",
                                   "connect 2a00:1450:4001:81f::1/128 -> 60",
                                   "connect 2a00:ffff::/128 -> not found",
                                   "2a00:ffff::/128 -> 0",
                                   "insert 2a00:1450::/129 -> EINVAL",
                                   "remove 2a00:1450:4001:814::/96 -> removed",
                                   "2a00:1450:4001:814::1024/128 -> 64",
                                   "insert entry 17 -> ENOSPC",
                               });
}

TEST_CASE("lpm_trie begins anew each round", "[lpm][any_kernel]") {
  const auto once = run_program("lpm_trie", {});
  const auto twice = run_program("lpm_trie", {"0.01", "2"});
  CHECK(twice.ended == "exit 0");
  CHECK(twice.out == once.out + once.out);
}

TEST_CASE("lpm_trie answers in JSON, too", "[lpm][any_kernel]") {
  const auto finished = run_program("lpm_trie", {"--json"});
  CHECK(finished.ended == "exit 0");
  const auto printed = lines(finished.out);
  REQUIRE(printed.size() == 17);
  for (const auto& line : printed) CHECK(nlohmann::json::parse(line)["right"] == true);
  CHECK(nlohmann::json::parse(printed[1])["question"] == "192.168.0.15/32");
  CHECK(nlohmann::json::parse(printed[1])["answer"] == "28");
}
