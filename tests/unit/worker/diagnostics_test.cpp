// clang's and LLVM's messages as they are printed, and what the user is told.

#include "compiler_worker/diagnostics.hpp"

#include <catch2/catch.hpp>

using bccxx::Severity;
using bccxx::worker::LineMap;
using bccxx::worker::parse_diagnostics;
using bccxx::worker::Places;

namespace {

const Places places{"tracer.c", 1048576, "/tmp/bccxx-cc-AbCdEf/kernel", "/tmp/bccxx-cc-AbCdEf/include"};

}  // namespace

TEST_CASE("places in the text are the user's own", "[worker]") {
  const auto found = parse_diagnostics(
      "/virtual/bccxx/text.c:1048588:5: error: use of undeclared identifier 'y'\n"
      "  return y;\n"
      "         ^\n"
      "/virtual/bccxx/text.c:1048577:1: warning: unused\n"
      "1 warning and 1 error generated.\n",
      places, nullptr);
  REQUIRE(found.size() == 2);
  CHECK(found[0].file == "tracer.c");
  CHECK(found[0].line == 12);
  CHECK(found[0].column == 5);
  CHECK(found[0].severity == Severity::error);
  CHECK(found[0].message == "use of undeclared identifier 'y'");
  CHECK(found[1].severity == Severity::warning);
  CHECK(found[1].line == 1);
}

TEST_CASE("other files keep their names, the synthesised ones get one that means something", "[worker]") {
  const auto found = parse_diagnostics(
      "/home/user/own.h:3:9: note: previous definition is here\n"
      "/tmp/bccxx-cc-AbCdEf/kernel/include/linux/x.h:1:1: fatal error: gone\n"
      "include/linux/sched.h:7:2: note: here\n"
      "/virtual/main.c:2:2: error: in the preamble\n"
      "/virtual/include/bcc/helpers.h:170:76: note: expanded from macro 'BPF_TABLE'\n"
      "/tmp/bccxx-cc-AbCdEf/include/bccxx/strings.h:22:58: note: expanded from macro 'bccxx_starts_with'\n",
      places, nullptr);
  REQUIRE(found.size() == 6);
  CHECK(found[4].file == "<bcc/helpers.h>");
  CHECK(found[5].file == "<bccxx/strings.h>");
  CHECK(found[0].file == "/home/user/own.h");
  CHECK(found[0].severity == Severity::note);
  CHECK(found[1].file == "<kernel types>");
  CHECK(found[1].severity == Severity::fatal);
  CHECK(found[2].file == "<kernel types>");
  CHECK(found[3].file == "<preamble>");
}

TEST_CASE("messages about the rewritten text are led back", "[worker]") {
  const LineMap map("int f(int a) {\n  return 0;\n}\n",
                    "__attribute__((section(\".bpf.fn.f\")))\nint f(int a) {\n  return 0;\n}\n");
  const auto found = parse_diagnostics(
      "error: /virtual/bccxx/text.c:1048579:3: in function f i32 (i32): Looks like the BPF stack limit is exceeded.\n"
      "error: <unknown>:0:0: in function f i32 (i32): a call is not supported\n",
      places, &map);
  REQUIRE(found.size() == 2);
  CHECK(found[0].file == "tracer.c");
  CHECK(found[0].line == 2);
  CHECK(found[0].column == 3);
  CHECK(found[1].file == "tracer.c");
  CHECK(found[1].line == 0);
  CHECK(found[1].message == "in function f i32 (i32): a call is not supported");
}

TEST_CASE("the same complaint is told once", "[worker]") {
  const std::string line = "/virtual/bccxx/text.c:1048577:1: error: field has incomplete type\n";
  CHECK(parse_diagnostics(line + line, places, nullptr).size() == 1);
}

TEST_CASE("lines that only look like messages are not taken", "[worker]") {
  CHECK(
      parse_diagnostics("a: b: c\n:::\n12:34\nnoteworthy: 1\nIn file included from a.c:1:\n", places, nullptr).empty());
}

TEST_CASE("the log names places as the diagnostics do", "[worker]") {
  const auto log = readable_log(
      "clang -cc1 -triple x86_64\n"
      "/virtual/bccxx/text.c:1048580:5: error: no\n"
      "In file included from /tmp/bccxx-cc-AbCdEf/kernel/include/a.h:1:\n"
      "In file included from /tmp/bccxx-cc-AbCdEf/include/bccxx/strings.h:7:\n"
      "/virtual/include/bcc/helpers.h:170:76: note: expanded from macro 'BPF_TABLE'\n",
      places);
  CHECK(log ==
        "tracer.c:4:5: error: no\nIn file included from <kernel types>/include/a.h:1:\n"
        "In file included from <bccxx/strings.h>:7:\n"
        "<bcc/helpers.h>:170:76: note: expanded from macro 'BPF_TABLE'\n");
}
