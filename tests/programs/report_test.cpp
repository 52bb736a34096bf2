// What programs say about exceptions.
#include <bccxx/support/error.hpp>

#include <catch2/catch.hpp>

#include "program.hpp"
#include "report.hpp"

using programs::Detail;
using programs::printable;
using programs::report;

TEST_CASE("a compile error is one line for each diagnostic, with the log only on request") {
  const bccxx::CompileError error({{"main.c", 3, 7, bccxx::Severity::error, "use of undeclared identifier 'x'"},
                                   {"main.c", 9, 1, bccxx::Severity::warning, "unused function"}},
                                  "the log");
  const std::string lines =
      "prog: main.c:3:7: error: use of undeclared identifier 'x'\n"
      "prog: main.c:9:1: warning: unused function\n";
  CHECK(report("prog", error, Detail::short_text) == lines);
  CHECK(report("prog", error, Detail::everything) == lines + "the log\n");
}

TEST_CASE("a verifier error shows its summary and line, and the log on request") {
  const bccxx::VerifierError error("count", std::make_error_code(std::errc::permission_denied), "R1 is not a pointer",
                                   "main.c:5: x = *p;", "whole\nlog\n");
  const std::string text = report("prog", error, Detail::short_text);
  CHECK(text.find("R1 is not a pointer") != std::string::npos);
  CHECK(text.find("\nprog: main.c:5: x = *p;\n") != std::string::npos);
  CHECK(text.find("whole") == std::string::npos);
  CHECK(report("prog", error, Detail::everything) == text + "whole\nlog\n");
}

TEST_CASE("other errors are one line") {
  CHECK(report("prog", std::runtime_error("no"), Detail::everything) == "prog: no\n");
}

TEST_CASE("names of the kernel cannot disturb the terminal") {
  CHECK(printable({"sh\0rest", 7}) == "sh");
  CHECK(printable("a\x1b[2Jb\n") == "a\\x1b[2Jb\\x0a");
  CHECK(printable("sch\xC3\xB6n") == "sch\xC3\xB6n");
  const char full[4] = {'a', 'b', 'c', 'd'};
  CHECK(printable(full) == "abcd");
}
