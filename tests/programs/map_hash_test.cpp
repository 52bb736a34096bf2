// The three samples that count execve calls in a hash.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <regex>

#include "run_program.hpp"

namespace {

using namespace programs_test;
using Counts = std::map<std::string, std::uint64_t>;

// The rounds of the output: rows between `header` and `footer`, in order.
std::vector<std::vector<std::pair<std::uint64_t, std::string>>> rounds(const std::string& out,
                                                                       const std::string& header, const std::regex& row,
                                                                       const std::string& footer) {
  std::vector<std::vector<std::pair<std::uint64_t, std::string>>> result;
  bool inside = false;
  for (const auto& line : lines(out)) {
    std::smatch match;
    if (line == header) {
      REQUIRE_FALSE(inside);
      inside = true;
      result.emplace_back();
    } else if (line == footer) {
      inside = false;
    } else {
      INFO(line);
      REQUIRE(inside);
      REQUIRE(std::regex_match(line, match, row));
      result.back().emplace_back(std::stoull(match[1]), match[2]);
    }
  }
  return result;
}

Counts by_name(const std::vector<std::pair<std::uint64_t, std::string>>& rows) {
  Counts counts;
  for (const auto& [count, name] : rows) CHECK(counts.emplace(name, count).second);
  return counts;
}

const std::string header = "--- counter : program name-----";

}  // namespace

TEST_CASE("map_hash_simple counts by name, sorts by count, and starts anew each round") {
  const std::regex row("(?=.{10} : )\\s*(\\d+) : \"(.*)\"");
  TracingProgram program("map_hash_simple", {"0.3"});
  const std::string three = unique_name("a");
  const std::string seven = unique_name("b");
  run_load("execload", {"3", three});
  run_load("execload", {"7", seven});
  program.wait_until([&] {
    const auto at = program.out().find('"' + seven + '"');
    return at != std::string::npos && program.out().find(header, at) != std::string::npos;
  });
  const auto finished = program.interrupt();
  CHECK(finished.ended == "exit 0");

  Counts sum;
  for (const auto& rows : rounds(finished.out, header, row, "--- end of round -----")) {
    CHECK(std::ranges::is_sorted(rows));
    for (const auto& [name, count] : by_name(rows)) sum[name] += count;
  }
  CHECK(sum[three] == 3);
  CHECK(sum[seven] == 7);
}

TEST_CASE("map_hash_simple prints its rows as JSON lines", "[any_kernel]") {
  TracingProgram program("map_hash_simple", {"3600", "--json"});
  const std::string name = unique_name("j");
  run_load("execload", {"4", name});
  const auto finished = program.interrupt();
  // The first round is printed at once, while the load may have begun.
  std::uint64_t sum = 0;
  for (const auto& line : lines(finished.out)) {
    const auto json = nlohmann::json::parse(line);
    CHECK(json["version"] == 1);
    CHECK(json["schema"] == "map_hash_simple");
    if (json["name"] == name) sum += json["count"].get<std::uint64_t>();
  }
  CHECK(sum == 4);
}

TEST_CASE("map_hash_sample and map_hash_update count modulo 11", "[any_kernel]") {
  const std::string sample = GENERATE("map_hash_sample", "map_hash_update");
  const std::regex row("(?=.{10} \")\\s*(\\d+) \"(.*)\"");
  const std::map<int, std::optional<std::uint64_t>> expected = {
      {9, 9},  {10, 10}, {11, sample == "map_hash_sample" ? std::nullopt : std::optional<std::uint64_t>(0)},
      {12, 1}, {13, 2},  {23, 1}};
  TracingProgram program(sample, {"3600"});
  std::map<int, std::string> names;
  for (const auto& [calls, shown] : expected) {
    names[calls] = unique_name("m");
    run_load("execload", {std::to_string(calls), names[calls]});
  }
  const auto finished = program.interrupt();
  CHECK(finished.ended == "exit 0");

  const auto printed = rounds(finished.out, header, row, "---next round-----");
  REQUIRE(printed.size() == 2);
  CHECK(std::ranges::is_sorted(printed[1]));
  const Counts counts = by_name(printed[1]);
  for (const auto& [calls, shown] : expected) {
    INFO(calls << " calls");
    const auto it = counts.find(names[calls]);
    CHECK((it != counts.end()) == shown.has_value());
    if (shown && it != counts.end()) CHECK(it->second == *shown);
  }
}

TEST_CASE("map_hash_sample and map_hash_update take another limit", "[any_kernel]") {
  const std::string sample = GENERATE("map_hash_sample", "map_hash_update");
  TracingProgram program(sample, {"3600", "--json", "--limit", "2"});
  const std::string name = unique_name("l");
  run_load("execload", {"5", name});
  const auto finished = program.interrupt();
  CHECK(finished.out.find("\"name\":\"" + name + "\",\"count\":2}") != std::string::npos);
}
