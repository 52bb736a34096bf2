// The programs of the tour that show a ring buffer and a perf buffer.
#include <catch2/catch.hpp>

#include <algorithm>
#include <csignal>

#include "programs/tour/json_lines.hpp"

namespace {

using namespace programs_test;

const char* summary_field(const std::string& program) { return program == "map_ring_buffer" ? "dropped" : "lost"; }

}  // namespace

TEST_CASE("map_ring_buffer and map_perf_output show each call as an event", "[tour]") {
  const std::string name = GENERATE("map_ring_buffer", "map_perf_output");
  const std::string comm = unique_name("e");
  TracingProgram program(name, {"3600", "--json", "--comm", comm});
  run_load("execload", {"5", comm});
  run_load("execload", {"5", unique_name("other")});
  const auto finished = program.interrupt();
  CHECK(finished.ended == "exit 0");
  INFO(finished.out);
  const auto printed = json_lines(finished.out);
  REQUIRE(printed.size() == 6);
  std::vector<int> pids;
  for (std::size_t i = 0; i < 5; ++i) {
    CHECK(printed[i]["schema"] == name);
    CHECK(printed[i]["comm"] == comm);
    pids.push_back(printed[i]["pid"]);
  }
  std::sort(pids.begin(), pids.end());
  CHECK(std::adjacent_find(pids.begin(), pids.end()) == pids.end());
  CHECK(printed[5]["events"] == 5);
  CHECK(printed[5][summary_field(name)] == 0);
}

TEST_CASE("map_ring_buffer and map_perf_output print rows under a header", "[tour][any_kernel]") {
  const std::string name = GENERATE("map_ring_buffer", "map_perf_output");
  const std::string comm = unique_name("e");
  TracingProgram program(name, {"3600", "--comm", comm});
  run_load("execload", {"2", comm});
  const auto printed = lines(program.interrupt().out);
  REQUIRE(printed.size() == 4);
  const bool ring = name == "map_ring_buffer";
  CHECK(printed[0] == (ring ? "PID     COMM" : "CPU  PID     COMM"));
  CHECK_THAT(printed[1], Catch::EndsWith(" " + comm));
  CHECK_THAT(printed[2], Catch::EndsWith(" " + comm));
  CHECK(printed[3] == "--- 2 events, 0 " + std::string(summary_field(name)));
}

TEST_CASE("map_ring_buffer counts what found the buffer full", "[tour][any_kernel]") {
  const std::string comm = unique_name("e");
  TracingProgram program("map_ring_buffer", {"3600", "--comm", comm, "--pages", "1"});
  kill(program.pid(), SIGSTOP);
  run_load("execload", {"200", comm});
  kill(program.pid(), SIGCONT);
  const auto printed = lines(program.interrupt().out);
  // An event of 20 bytes takes 32 with its head, and one byte of the 4096 stays free: 127 find room.
  CHECK(printed.back() == "--- 127 events, 73 dropped");
}

TEST_CASE("map_perf_output says what a CPU lost", "[tour][any_kernel]") {
  const std::string comm = unique_name("e");
  TracingProgram program("map_perf_output", {"3600", "--json", "--comm", comm, "--pages", "1"});
  int calls = 0;
  const auto load = [&](int times) {
    auto command = load_command("execload", {std::to_string(times), comm});
    command.insert(command.begin(), {"taskset", "-c", "0"});
    REQUIRE(Process(command).wait().ended == "exit 0");
    calls += times;
  };
  kill(program.pid(), SIGSTOP);
  load(300);
  kill(program.pid(), SIGCONT);
  // The kernel tells of the lost ones with the next event of that CPU that finds room.
  program.wait_until([&] {
    load(1);
    return program.err().find(": CPU 0 lost ") != std::string::npos;
  });
  const auto finished = program.interrupt();
  const auto last = json_lines(finished.out).back();
  INFO(finished.err << last);
  CHECK(last["lost"].get<int>() > 0);
  CHECK(last["events"].get<int>() + last["lost"].get<int>() == calls);
}

TEST_CASE("map_ring_buffer refuses a size that is no power of two, or too large", "[tour][command_line]") {
  for (const auto* pages : {"3", "1048576", "99999999"}) {
    const auto finished = run_program("map_ring_buffer", {"1", "1", "--pages", pages});
    CHECK(finished.ended == "exit 1");
    CHECK_THAT(finished.err, Catch::StartsWith("map_ring_buffer: --pages must be a power of two up to 524288, not "));
  }
}
