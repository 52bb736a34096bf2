// How the text goes to libbcc, and how its rewritten form is found in the log.

#include "compiler_worker/text_frame.hpp"

#include <catch2/catch.hpp>

using bccxx::worker::frame_text;
using bccxx::worker::split_log;

TEST_CASE("a preamble moves no line numbers", "[worker]") {
  const auto framed = frame_text("int a;\nint b;", "int c;\n");
  CHECK(framed.text == "int a;\nint b;\n#line 1048577 \"/virtual/bccxx/text.c\"\nint c;\n");
  CHECK(framed.line_offset == 1048576);
}

TEST_CASE("a text that asks for its line gets the right one", "[worker]") {
  const auto framed = frame_text("", "int c = __LINE__;\n");
  CHECK(framed.line_offset == 0);
  CHECK(framed.text == "#line 1 \"/virtual/bccxx/text.c\"\nint c = __LINE__;\n");
}

TEST_CASE("the rewritten text is cut out of the log", "[worker]") {
  const auto log = split_log(
      "clang -cc1\nfirst message\n"
      "#if defined(BPF_LICENSE)\n#error no\n#endif\nint preamble;\n"
      "#line 1 \"/virtual/bccxx/text.c\"\nint f() {}\n\n#include <bcc/footer.h>\nsecond message\n",
      0);
  CHECK(log.before == "clang -cc1\nfirst message\n");
  CHECK(log.rewritten == "int f() {}\n");
  CHECK(log.after == "second message\n");
}

TEST_CASE("a log without rewritten text is all messages", "[worker]") {
  const auto log = split_log("only this\n", 0);
  CHECK(log.before == "only this\n");
  CHECK(log.rewritten.empty());
  CHECK(log.after.empty());
}
