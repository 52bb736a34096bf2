// Lines of the trace buffer, taken apart.

#include <bccxx/runtime/trace_pipe.hpp>

#include <catch2/catch.hpp>

using bccxx::parse_trace_line;

TEST_CASE("a trace line is taken apart") {
  const auto fields =
      parse_trace_line("          drv.py-12773   [001] ...21  2500.357762: bpf_trace_printk: hello execve.");
  REQUIRE(fields);
  CHECK(fields->task == "drv.py");
  CHECK(fields->pid == 12773);
  CHECK(fields->cpu == 1);
  CHECK(fields->flags == "...21");
  CHECK(fields->timestamp == std::chrono::microseconds(2500357762));
  CHECK(fields->message == "hello execve.");
}

TEST_CASE("a command name may look like the rest of the line") {
  const auto fields = parse_trace_line("     a-1 [000] b-7       [003] d..3.    10.000001: bpf_trace_printk: x: y");
  REQUIRE(fields);
  CHECK(fields->task == "a-1 [000] b");
  CHECK(fields->pid == 7);
  CHECK(fields->cpu == 3);
  CHECK(fields->timestamp == std::chrono::microseconds(10000001));
  CHECK(fields->message == "x: y");
}

TEST_CASE("a line that is no event gives nothing") {
  CHECK_FALSE(parse_trace_line("CPU:1 [LOST 17 EVENTS]"));
  CHECK_FALSE(parse_trace_line(""));
  CHECK_FALSE(parse_trace_line("          drv.py-12773   [001] ...21  2500"));
}
