// The programs of the tour that show tables of values: queue and stack, LRU hash, per-CPU hash.
#include <catch2/catch.hpp>

#include <algorithm>
#include <map>

#include "programs/tour/json_lines.hpp"

namespace {

using namespace programs_test;

}  // namespace

TEST_CASE("map_queue_stack gives the first calls in order and the latest in reverse", "[tour]") {
  const std::string comm = unique_name("q");
  TracingProgram program("map_queue_stack", {"3600", "--json", "--comm", comm});
  run_load("execload", {"8", comm});
  const auto finished = program.interrupt();
  CHECK(finished.ended == "exit 0");
  INFO(finished.out);
  const auto printed = json_lines(finished.out);
  REQUIRE(printed.size() == 9);
  std::map<std::string, std::vector<int>> pids;
  for (std::size_t i = 0; i < 8; ++i) {
    CHECK(printed[i]["comm"] == comm);
    pids[printed[i]["table"]].push_back(printed[i]["pid"]);
  }
  REQUIRE(pids["todo"].size() == 5);
  REQUIRE(pids["latest"].size() == 3);
  // Eight children: the queue has the first five, the stack the last three.
  CHECK(std::is_sorted(pids["todo"].begin(), pids["todo"].end()));
  CHECK(std::is_sorted(pids["latest"].rbegin(), pids["latest"].rend()));
  CHECK(pids["latest"].back() > pids["todo"].back());
  CHECK(printed[8]["refused"] == 3);
}

TEST_CASE("map_queue_stack prints rows, and takes them out", "[tour][any_kernel]") {
  const std::string comm = unique_name("q");
  TracingProgram program("map_queue_stack", {"0.3", "--comm", comm});
  run_load("execload", {"1", comm});
  const std::string end = "--- the queue has refused 0\n";
  program.wait_until([&] {
    const auto at = program.out().find("latest ");
    return at != std::string::npos && program.out().find(end + end, at) != std::string::npos;
  });
  const auto printed = program.interrupt().out;
  const auto count = [&](const std::string& text) {
    std::size_t found = 0;
    for (auto at = printed.find(text); at != std::string::npos; at = printed.find(text, at + 1)) ++found;
    return found;
  };
  CHECK(count("todo    ") == 1);
  CHECK(count("latest  ") == 1);
  CHECK(count(" " + comm + "\n") == 2);
}

TEST_CASE("map_lru_hash keeps the first keys in a hash and the latest in an LRU hash", "[tour]") {
  TracingProgram program("map_lru_hash", {"3600", "--json", "--comm", "getpgidload"});
  run_load("getpgidload", {"1", "300"});
  const auto finished = program.interrupt();
  CHECK(finished.ended == "exit 0");
  INFO(finished.out);
  const auto printed = json_lines(finished.out);
  REQUIRE(printed.size() == 2);
  CHECK(printed[0]["kind"] == "hash");
  CHECK(printed[0]["entries"] == 100);
  CHECK(printed[0]["lowest"] == 1);
  CHECK(printed[0]["highest"] == 100);
  CHECK(printed[0]["refused"] == 200);
  CHECK(printed[1]["kind"] == "lru_hash");
  CHECK(printed[1]["refused"] == 0);
  CHECK(printed[1]["highest"] == 300);
  CHECK(printed[1]["lowest"].get<int>() > 100);
  CHECK(printed[1]["entries"].get<int>() <= 100);
}

TEST_CASE("map_lru_hash prints a row for each table", "[tour][any_kernel]") {
  TracingProgram program("map_lru_hash", {"3600", "--comm", "getpgidload"});
  run_load("getpgidload", {"7", "9"});
  CHECK(program.interrupt().out ==
        "TABLE     ENTRIES  LOWEST HIGHEST  REFUSED\n"
        "hash            3       7       9        0\n"
        "lru_hash        3       7       9        0\n");
}

TEST_CASE("map_percpu_hash counts on each CPU", "[tour]") {
  const std::string comm = unique_name("c");
  TracingProgram program("map_percpu_hash", {"3600", "--json", "--comm", comm});
  const auto load = [&](const std::string& cpu, const std::string& calls) {
    std::vector<std::string> command = load_command("execload", {calls, comm});
    command.insert(command.begin(), {"taskset", "-c", cpu});
    REQUIRE(Process(command).wait().ended == "exit 0");
  };
  load("0", "4");
  load("1", "3");
  load("0", "2");
  std::map<int, int> counts;
  for (const auto& row : json_lines(program.interrupt().out)) {
    CHECK(row["comm"] == comm);
    CHECK(counts.emplace(row["cpu"], row["count"]).second);
  }
  CHECK(counts[0] == 6);
  CHECK(counts[1] == 3);
}

TEST_CASE("map_percpu_hash prints a row for each name", "[tour][any_kernel]") {
  const std::string comm = unique_name("c");
  TracingProgram program("map_percpu_hash", {"3600", "--comm", comm});
  run_load("execload", {"4", comm});
  const auto printed = lines(program.interrupt().out);
  REQUIRE(printed.size() == 2);
  CHECK(printed[0] == "COMM               TOTAL  CPUs");
  CHECK_THAT(printed[1], Catch::StartsWith(comm) && Catch::Contains("    4  0:"));
}
