// Strings of known lengths.

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <map>
#include <regex>

#include "run_program.hpp"

using namespace programs_test;

TEST_CASE("strlen_hist shows the lengths that strlen returned, not the addresses its resolver returns") {
  Process load(load_command("strlenload", {}));
  TracingProgram program("strlen_hist", {"3600", "-p", std::to_string(load.pid())});
  load.write_line("go");
  REQUIRE(load.wait().ended == "exit 0");
  const auto finished = program.interrupt();
  CHECK(finished.ended == "exit 0");
  CHECK_THAT(finished.err,
             Catch::Contains("strlen_hist: strlen is an indirect function: its implementation is probed, at "));

  const auto newline = finished.out.find('\n');
  REQUIRE(newline != std::string::npos);
  CHECK(std::regex_match(finished.out.substr(0, newline), std::regex("\\d\\d:\\d\\d:\\d\\d")));
  CHECK(finished.out.substr(newline + 1) ==
        "     strlen return:      : count     distribution\n"
        "         0 -> 1          : 7        |**************                          |\n"
        "         2 -> 3          : 0        |                                        |\n"
        "         4 -> 7          : 10       |********************                    |\n"
        "         8 -> 15         : 0        |                                        |\n"
        "        16 -> 31         : 0        |                                        |\n"
        "        32 -> 63         : 0        |                                        |\n"
        "        64 -> 127        : 20       |****************************************|\n"
        "       128 -> 255        : 0        |                                        |\n"
        "       256 -> 511        : 0        |                                        |\n"
        "       512 -> 1023       : 0        |                                        |\n"
        "      1024 -> 2047       : 1        |**                                      |\n");
}

TEST_CASE("strlen_hist prints its rows as JSON lines") {
  Process load(load_command("strlenload", {}));
  TracingProgram program("strlen_hist", {"3600", "--json", "-p", std::to_string(load.pid())});
  load.write_line("go");
  REQUIRE(load.wait().ended == "exit 0");
  std::map<std::uint64_t, std::uint64_t> counts;
  for (const auto& line : lines(program.interrupt().out)) {
    const auto json = nlohmann::json::parse(line);
    CHECK(json["schema"] == "strlen_hist");
    if (json["count"] != 0) counts[json["low"]] = json["count"];
  }
  CHECK(counts == std::map<std::uint64_t, std::uint64_t>{{0, 7}, {4, 10}, {64, 20}, {1024, 1}});
}

TEST_CASE("strlen_hist names the nearest function when there is none of that name") {
  const auto finished = run_program("strlen_hist", {"1", "1", "--sym", "strlenn"});
  CHECK(finished.ended == "exit 2");
  CHECK(finished.out.empty());
  CHECK(finished.err.find("strlen") != std::string::npos);
  CHECK(lines(finished.err).size() == 1);
}

TEST_CASE("strlen_hist says when the process is not there") {
  const auto finished = run_program("strlen_hist", {"1", "1", "-p", "2147483647"});
  CHECK(finished.ended == "exit 2");
  CHECK_THAT(finished.err, Catch::EndsWith(": no process 2147483647\n"));
}
