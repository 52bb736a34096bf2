// Who is to blame when a compile fails.

#include "compiler_worker/verdict.hpp"

#include <catch2/catch.hpp>

#include <csignal>

using bccxx::Severity;
using bccxx::compiler::Answer;
using namespace bccxx::worker;
using Catch::Matchers::Contains;

namespace {

Answer wrong(const std::string& message) {
  Answer answer;
  answer.status = Answer::Status::compile_error;
  answer.diagnostics = {{"prog.c", 3, 1, Severity::error, message}};
  answer.log = "log of " + message;
  return answer;
}

Answer failure(const std::string& message) {
  Answer answer;
  answer.message = message;
  return answer;
}

Answer judge_text(const std::string& text, const IsolatedResult& result) {
  bccxx::compiler::Request request;
  request.text = text;
  request.file_name = "prog.c";
  const auto completed = complete_map_calls(text);
  return judge({request, completed, {}, {"prog.c", 0, "/tree", ""}}, result);
}

}  // namespace

TEST_CASE("of two failed attempts the one that tells the user most counts", "[worker]") {
  SECTION("both found the text wrong: types from BTF are what the user means") {
    const auto merged = merge_failures(wrong("by BTF"), wrong("by headers"));
    CHECK(merged.status == Answer::Status::compile_error);
    REQUIRE(merged.diagnostics.size() == 1);
    CHECK(merged.diagnostics[0].message == "by BTF");
    CHECK_THAT(merged.log, Contains("log of by BTF") && Contains("log of by headers"));
  }
  SECTION("BTF could not be read: the mistake in the text is still told") {
    const auto merged = merge_failures(failure("no BTF"), wrong("by headers"));
    CHECK(merged.status == Answer::Status::compile_error);
    REQUIRE(merged.diagnostics.size() == 1);
    CHECK(merged.diagnostics[0].message == "by headers");
    CHECK_THAT(merged.log, Contains("no BTF") && Contains("log of by headers"));
  }
  SECTION("the second attempt could not work") {
    const auto merged = merge_failures(wrong("by BTF"), failure("out of memory"));
    CHECK(merged.status == Answer::Status::compile_error);
    CHECK(merged.diagnostics[0].message == "by BTF");
    CHECK_THAT(merged.log, Contains("out of memory"));
  }
  SECTION("neither could work: both reasons") {
    const auto merged = merge_failures(failure("no BTF"), failure("out of memory"));
    CHECK(merged.status == Answer::Status::failure);
    CHECK(merged.message == "no BTF; with installed kernel headers: out of memory");
  }
}

TEST_CASE("a crash is told as a crash, and nothing is made up for its cause", "[worker]") {
  IsolatedResult crash;
  crash.signal = SIGSEGV;
  const auto answer = judge_text("// r.ringbuf_output(array, 8, 0)\nint f(void *ctx) { return 0; }\n", crash);
  CHECK(answer.status == Answer::Status::compile_error);
  REQUIRE(answer.diagnostics.size() == 1);
  CHECK(answer.diagnostics[0].severity == Severity::error);
  CHECK_THAT(answer.diagnostics[0].message, Contains("the compiler crashed on this text (Segmentation fault)"));

  crash.standard_error = "prog.c:1:2: error: what clang had said\n";
  const auto explained = judge_text("int f(void *ctx) { return 0; }\n", crash);
  REQUIRE(explained.diagnostics.size() == 2);
  CHECK(explained.diagnostics[0].message == "what clang had said");
  CHECK(explained.diagnostics[1].severity == Severity::note);
}

TEST_CASE("a compiler that was stopped is no fault of the text", "[worker]") {
  IsolatedResult killed;
  killed.signal = SIGKILL;
  CHECK(judge_text("int x;\n", killed).status == Answer::Status::failure);
  CHECK_THAT(judge_text("int x;\n", killed).message, Contains("was killed (Killed)"));
  IsolatedResult starved;
  starved.signal = SIGABRT;
  starved.standard_error = "LLVM ERROR: out of memory\n";
  CHECK(judge_text("int x;\n", starved).status == Answer::Status::failure);
}
