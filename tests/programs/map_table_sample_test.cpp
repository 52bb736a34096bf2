// Calls by root and by another user.

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <regex>

#include "run_program.hpp"

namespace {

using namespace programs_test;

constexpr std::uint64_t calls = 60;

void run_as_nobody() { run_load("execload", {std::to_string(calls), unique_name("nb"), "65534"}); }

// The fdinfo of the one map that a process holds open.
std::string map_facts(pid_t pid) {
  for (const auto& entry : std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/fdinfo")) {
    std::ifstream file(entry.path());
    const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    if (text.find("map_type:") != std::string::npos) return text;
  }
  return {};
}

}  // namespace

TEST_CASE("map_table_sample counts root and everybody else, whichever way the table is declared") {
  const std::string backend = GENERATE("table", "array");
  TracingProgram program("map_table_sample", {"3600", "--backend", backend});
  const std::string map = map_facts(program.pid());
  for (const char* fact : {"map_type:\t2\n", "key_size:\t4\n", "value_size:\t8\n", "max_entries:\t2\n"})
    CHECK(map.find(fact) != std::string::npos);
  run_as_nobody();
  run_load("execload", {std::to_string(calls), unique_name("rt")});
  const auto finished = program.interrupt();
  CHECK(finished.ended == "exit 0");

  const auto printed = lines(finished.out);
  REQUIRE(printed.size() == 6);
  for (const std::size_t round : {0u, 3u}) {
    CHECK(printed[round] == "----new round-----");
    CHECK(std::regex_match(printed[round + 1], std::regex("0: \\d+ uid/count")));
    CHECK(std::regex_match(printed[round + 2], std::regex("1: \\d+ uid/count")));
  }
  // The first round is printed at once, while the load may have begun. Other processes are counted, too.
  const auto total = [&](std::size_t line) {
    return std::stoull(printed[line].substr(3)) + std::stoull(printed[line + 3].substr(3));
  };
  CHECK(total(1) >= calls);
  CHECK(total(2) >= calls);
  CHECK(total(2) < 2 * calls);
}

TEST_CASE("map_table_sample sets its counts back to 0 each round") {
  TracingProgram program("map_table_sample", {"0.2", "--json"});
  run_as_nobody();
  std::uint64_t sum = 0;
  std::uint64_t quiet_rounds = 0;
  std::size_t read_lines = 0;
  program.wait_until([&] {
    const auto printed = lines(program.out().substr(0, program.out().rfind('\n') + 1));
    for (; read_lines < printed.size(); ++read_lines) {
      const auto json = nlohmann::json::parse(printed[read_lines]);
      CHECK(json["schema"] == "map_table_sample");
      CHECK(json["key"] == read_lines % 2);
      CHECK(json["round"] == read_lines / 2 + 1);
      if (json["key"] != 1) continue;
      sum += json["count"].get<std::uint64_t>();
      if (sum >= calls && json["count"] < 5) ++quiet_rounds;
    }
    return quiet_rounds >= 2;
  });
  CHECK(sum < 2 * calls);
  CHECK(program.interrupt().ended == "exit 0");
}
