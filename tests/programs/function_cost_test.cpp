// Calls whose page faults are known.

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <map>
#include <regex>
#include <string>

#include "run_program.hpp"

using namespace programs_test;

namespace {

std::string touchload() { return load_command("touchload", {}).front(); }

/// function_cost of a function of touchload, from before its first call to after its last.
Finished cost_of(const std::string& function, std::vector<std::string> options) {
  Process load(load_command("touchload", {}));
  std::vector<std::string> arguments = {touchload(), function, "-p", std::to_string(load.pid())};
  arguments.insert(arguments.end(), options.begin(), options.end());
  TracingProgram program("function_cost", arguments);
  load.write_line("go");
  REQUIRE(load.wait().ended == "exit 0");
  return program.interrupt();
}

struct Cost {
  std::map<std::uint64_t, std::uint64_t> rows;
  nlohmann::json summary;
};

Cost parse(const std::string& out) {
  Cost cost;
  for (const auto& line : lines(out)) {
    const auto json = nlohmann::json::parse(line);
    CHECK(json["schema"] == "function_cost");
    if (json.contains("calls"))
      cost.summary = json;
    else if (json["count"] != 0)
      cost.rows[json["low"]] = json["count"];
  }
  return cost;
}

bool some_left_out(const Finished& finished) { return finished.err.find("ended on another CPU") != std::string::npos; }

}  // namespace

TEST_CASE("function_cost counts the page faults of each call", "[function_cost]") {
  const auto finished = cost_of("touch_pages", {"--event", "page-faults", "--json"});
  CHECK(finished.ended == "exit 0");
  const auto cost = parse(finished.out);
  INFO(finished.out << finished.err);
  // 10 calls of 20 pages, 3 of 200, 5 of 2; a fault of another process on that CPU can only add to a call.
  const std::uint64_t calls = cost.summary["calls"];
  CHECK(calls <= 18);
  CHECK((calls == 18 || some_left_out(finished)));
  if (calls != 18) return;
  CHECK(cost.summary["total"].get<std::uint64_t>() >= 10 * 20 + 3 * 200 + 5 * 2);
  CHECK(cost.rows.begin()->first >= 2);
  std::uint64_t twenty = 0;
  std::uint64_t hundreds = 0;
  for (const auto& [low, count] : cost.rows) {
    if (low >= 16) twenty += count;
    if (low >= 128) hundreds += count;
  }
  CHECK(twenty >= 13);
  CHECK(hundreds >= 3);
  CHECK(cost.summary["p50"] <= cost.summary["p90"]);
  CHECK(cost.summary["p90"] <= cost.summary["p99"]);
  CHECK(cost.summary["p99"] >= 128);
}

TEST_CASE("function_cost takes the outermost call of a function that calls itself", "[function_cost]") {
  const auto finished = cost_of("nest", {"--event", "page-faults", "--json"});
  const auto cost = parse(finished.out);
  INFO(finished.out << finished.err);
  if (some_left_out(finished)) return;
  CHECK(cost.summary["calls"] == 1);
  CHECK(cost.summary["total"].get<std::uint64_t>() >= 10);
}

TEST_CASE("function_cost prints a histogram and percentiles in the unit of the counter", "[function_cost]") {
  const auto finished = cost_of("touch_pages", {"--event", "cpu-clock"});
  CHECK(finished.ended == "exit 0");
  CHECK(finished.out.starts_with("     ns                  : count     distribution\n"));
  const auto printed = lines(finished.out);
  const std::regex last("(\\d+) calls, (\\d+) ns, average \\d+, about p50 \\d+, p90 \\d+, p99 \\d+");
  CHECK(std::regex_match(printed.back(), last));
}

TEST_CASE("function_cost names the nearest function when there is none of that name", "[function_cost]") {
  const auto finished = run_program("function_cost", {touchload(), "touch_page"});
  CHECK(finished.ended == "exit 2");
  CHECK(finished.out.empty());
  CHECK(finished.err.find("touch_pages") != std::string::npos);
}
