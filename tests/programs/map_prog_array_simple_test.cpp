// A tail call for each execve call.

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <map>
#include <string>
#include <vector>

#include "run_program.hpp"

using namespace programs_test;

TEST_CASE("map_prog_array_simple prints from both programs, the caller first") {
  TracingProgram program("map_prog_array_simple", {"--json"});
  const std::string name = unique_name("p");
  run_load("execload", {"2", name});
  const auto finished = program.interrupt();
  CHECK(finished.ended == "exit 0");
  std::map<int, std::vector<std::string>> by_pid;
  for (const auto& line : lines(finished.out)) {
    const auto json = nlohmann::json::parse(line);
    by_pid[json["pid"]].push_back(json["output"]);
  }
  // At least execload's two children; the kernel may not know the names of processes that short-lived.
  CHECK(by_pid.size() >= 2);
  for (const auto& [pid, outputs] : by_pid) {
    INFO(pid);
    REQUIRE(outputs.size() % 2 == 0);
    for (std::size_t i = 0; i < outputs.size(); ++i) CHECK(outputs[i] == (i % 2 == 0 ? "I'm bar" : "I'm foo"));
  }
}

TEST_CASE("map_prog_array_simple prints rows under a header, and nothing on Ctrl-C") {
  TracingProgram program("map_prog_array_simple", {});
  run_load("execload", {"1", unique_name("p")});
  program.wait_until([&] { return program.out().find("I'm foo\n") != std::string::npos; });
  const auto finished = program.interrupt(SIGTERM);
  CHECK(finished.ended == "exit 0");
  const auto printed = lines(finished.out);
  CHECK(printed[0] == "PID    COMM         OUTPUT");
  for (std::size_t i = 1; i < printed.size(); ++i) {
    INFO(printed[i]);
    REQUIRE(printed[i].size() > 20);
    CHECK((printed[i].substr(20) == "I'm bar" || printed[i].substr(20) == "I'm foo"));
  }
}
