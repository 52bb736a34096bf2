// From the rewritten text's lines back to the user's.

#include "compiler_worker/line_map.hpp"

#include <catch2/catch.hpp>

using bccxx::worker::LineMap;
using bccxx::worker::original_column;

TEST_CASE("an unchanged text maps onto itself", "[worker]") {
  const LineMap map("a\nb\nc\n", "a\nb\nc\n");
  CHECK(map.original_line(1) == 1);
  CHECK(map.original_line(3) == 3);
  CHECK(map.original_line(0) == 0);
  CHECK(map.original_line(4) == 0);
  CHECK(map.original_column(2, 1) == 1);
  CHECK(map.original_column(4, 1) == 0);
}

TEST_CASE("no rewritten text means nothing was moved", "[worker]") {
  const LineMap map("a\nb\n", "");
  CHECK(map.original_line(2) == 2);
}

TEST_CASE("lines inserted before a function belong to its head", "[worker]") {
  const LineMap map(
      "int f(struct pt_regs *ctx, int fd) {\n"
      "  counts.increment(fd);\n"
      "  return 0;\n"
      "}\n"
      "static int g(void) {\n"
      "  return 0;\n"
      "}\n",
      "__attribute__((section(\".bpf.fn.f\")))\n"
      "int f(struct pt_regs *ctx) {\n"
      " int fd = (int)ctx->di;\n"
      "  ({ typeof(counts.key) _key = fd; bpf_map_update(&_key); });\n"
      "  return 0;\n"
      "}\n"
      "__attribute__((always_inline))\n"
      "static int g(void) {\n"
      "  return 0;\n"
      "}\n");
  const int expected[] = {1, 1, 1, 2, 3, 4, 5, 5, 6, 7};
  for (int line = 1; line <= 10; ++line) {
    CAPTURE(line);
    CHECK(map.original_line(line) == expected[line - 1]);
  }
  CHECK(map.original_column(5, 10) == 10);
  CHECK(map.original_column(4, 2) == 2);
  CHECK(map.original_column(4, 20) == 0);
  CHECK(map.original_column(2, 20) == 20);
  CHECK(map.original_column(2, 29) == 37);
}

TEST_CASE("repeated lines keep their order", "[worker]") {
  const LineMap map("{\n}\n{\n}\n", "x\n{\n}\n{\n}\n");
  CHECK(map.original_line(2) == 1);
  CHECK(map.original_line(3) == 2);
  CHECK(map.original_line(5) == 4);
}

TEST_CASE("carriage returns are no part of a line", "[worker]") {
  const LineMap map("a\r\nb\r\n", "a\nb\n");
  CHECK(map.original_column(1, 1) == 1);
  CHECK(map.original_line(2) == 2);
}

TEST_CASE("columns of a changed line are those of the user's line", "[worker]") {
  const std::string_view line = "a(); m.increment(k); b();";
  const std::string_view completed = "a(); ({ key = k; leaf += 1; }); b();";
  CHECK(original_column(line, completed, 1) == 1);
  CHECK(original_column(line, completed, 5) == 5);
  CHECK(original_column(line, completed, 10) == 0);
  CHECK(original_column(line, completed, 33) == 22);
  CHECK(original_column(line, line, 9) == 9);
  CHECK(original_column(line, completed, 0) == 0);
}

TEST_CASE("an empty text has no lines", "[worker]") {
  const LineMap map("", "whatever\n");
  CHECK(map.original_line(1) == 0);
}
