// Calls of bash and sh, and of programs whose names begin so.

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <regex>

#include "run_program.hpp"

namespace {

using namespace programs_test;

constexpr const char* nobody = "65534";

const std::regex report(
    "={17}測定結果={19}\n"
    "bashの結果:\nrootユーザ: (\\d+) 回execve呼び出し\n一般ユーザ: (\\d+) 回execve呼び出し\n\n"
    "shellの結果:\nrootユーザ: (\\d+) 回execve呼び出し\n一般ユーザ: (\\d+) 回execve呼び出し\n\n\n");

}  // namespace

TEST_CASE("the samples of maps in maps count bash and sh, and nothing that merely starts so", "[map_in_map]") {
  const std::string name = GENERATE("map_array_of_maps_sample", "map_hash_of_maps_sample");
  TracingProgram program(name, {"3600"});
  program.wait_until([&] { return std::regex_search(program.out(), report); });
  run_load("execload", {"1", "bash"});
  run_load("execload", {"2", "bash", nobody});
  run_load("execload", {"3", "sh"});
  run_load("execload", {"4", "sh", nobody});
  // As nobody, where other processes of the machine do not blur the counts.
  run_load("execload", {"5", "shutdownx", nobody});
  run_load("execload", {"5", "bashful", nobody});
  const auto finished = program.interrupt();
  CHECK(finished.ended == "exit 0");

  INFO(finished.out);
  std::vector<std::smatch> rounds(std::sregex_iterator(finished.out.begin(), finished.out.end(), report),
                                  std::sregex_iterator());
  REQUIRE(rounds.size() == 2);
  CHECK(rounds[0].str() + rounds[1].str() == finished.out);
  // The first round is printed at once, while the load may have begun.
  const auto total = [&](std::size_t field) { return std::stol(rounds[0][field]) + std::stol(rounds[1][field]); };
  CHECK(total(1) >= 1);
  CHECK(total(2) == 2);
  CHECK(total(3) >= 3);
  CHECK(total(4) == 4);
}

TEST_CASE("the samples of maps in maps empty each inner table when it has been printed", "[map_in_map]") {
  const std::string name = GENERATE("map_array_of_maps_sample", "map_hash_of_maps_sample");
  TracingProgram program(name, {"0.2", "--json"});
  run_load("execload", {"7", "bash", nobody});
  std::size_t read_lines = 0;
  long sum = 0;
  int quiet_rounds = 0;
  program.wait_until([&] {
    const auto printed = lines(program.out().substr(0, program.out().rfind('\n') + 1));
    for (; read_lines < printed.size(); ++read_lines) {
      const auto json = nlohmann::json::parse(printed[read_lines]);
      CHECK(json["schema"] == name);
      CHECK(json["round"] == read_lines / 2 + 1);
      if (json["shell"] != "bash") continue;
      const auto count = json["others"].get<long>();
      quiet_rounds = sum > 0 && count == 0 ? quiet_rounds + 1 : 0;
      sum += count;
    }
    return quiet_rounds >= 2;
  });
  // A call between reading and emptying is lost; without emptying, each would be printed again and again.
  CHECK(sum <= 7);
  CHECK(program.interrupt().ended == "exit 0");
}
