// Tracepoints: real execs counted by comm, and names that do not exist.

#include "integration/runtime/helpers.hpp"
#include "runtime/attach_tracepoint.hpp"
#include "runtime/module.hpp"
#include "runtime/tracepoints.hpp"

#include <bccxx/support/error.hpp>

#include <catch2/catch.hpp>

using namespace bccxx;
using namespace bccxx::testing;
using Catch::Matchers::Contains;

TEST_CASE("a tracepoint counts every exec of a comm until its link is detached") {
  runtime::Module module(test_object("count"));
  const auto program = module.load("on_tracepoint", {});
  auto link = runtime::attach_tracepoint(*program, "syscalls:sys_enter_execve");
  CHECK(link.attached());
  CHECK(link.via() == AttachVia::tracepoint);
  CHECK(link.target() == "syscalls:sys_enter_execve");
  CHECK(link.program() == "on_tracepoint");
  CHECK(link.fd() >= 0);

  const auto name = unique_comm();
  run_execs(name, 12);
  const auto counts = module.map("counts");
  CHECK(count_of(*counts, name) == 12);

  link.detach();
  CHECK_FALSE(link.attached());
  link.detach();
  run_execs(name, 3);
  CHECK(count_of(*counts, name) == 12);
}

TEST_CASE("a link outlives its program and its module") {
  MapPtr counts;
  const auto name = unique_comm();
  const auto link = [&counts] {
    runtime::Module module(test_object("count"));
    counts = module.map("counts");
    return runtime::attach_tracepoint(*module.load("on_tracepoint", {}), "syscalls:sys_enter_execve");
  }();
  run_execs(name, 5);
  CHECK(count_of(*counts, name) == 5);
}

TEST_CASE("the kernel refuses one program twice on one tracepoint, and takes another load of it") {
  runtime::Module module(test_object("count"));
  const auto program = module.load("on_tracepoint", {});
  const auto first = runtime::attach_tracepoint(*program, "syscalls:sys_enter_execve");
  try {
    static_cast<void>(runtime::attach_tracepoint(*program, "syscalls:sys_enter_execve"));
    FAIL("attached");
  } catch (const AttachError& error) {
    REQUIRE(error.attempts().size() == 1);
    CHECK(error.attempts()[0].code == std::errc::file_exists);
  }
  module.unload("on_tracepoint");
  const auto second = runtime::attach_tracepoint(*module.load("on_tracepoint", {}), "syscalls:sys_enter_execve");
  const auto name = unique_comm();
  run_execs(name, 4);
  CHECK(count_of(*module.map("counts"), name) == 8);
}

TEST_CASE("a tracepoint that does not exist is an AttachError with the nearest names") {
  runtime::Module module(test_object("count"));
  const auto program = module.load("on_tracepoint", {});
  const auto attempt = [&](const std::string& event) { return runtime::attach_tracepoint(*program, event); };

  SECTION("misspelt") {
    try {
      static_cast<void>(attempt("syscalls:sys_enter_exceve"));
      FAIL("attached");
    } catch (const AttachError& error) {
      CHECK(error.program() == "on_tracepoint");
      CHECK(error.target() == "tracepoint syscalls:sys_enter_exceve");
      REQUIRE(error.attempts().size() == 1);
      CHECK(error.attempts()[0].reason == "no such tracepoint");
      CHECK_THAT(error.hint(), Contains("syscalls:sys_enter_execve"));
      CHECK_THAT(error.what(), Contains("did you mean"));
    }
  }
  SECTION("of another category") {
    CHECK_THROWS_WITH(attempt("raw_syscalls:sys_enter_execve"), Contains("did you mean syscalls:sys_enter_execve?"));
  }
  SECTION("without a category") { CHECK_THROWS_AS(attempt("sys_enter_execve"), AttachError); }
  SECTION("with a path in it") { CHECK_THROWS_AS(attempt("syscalls:../syscalls/sys_enter_execve"), AttachError); }
}

TEST_CASE("a program of another type is refused by the kernel with an AttachError") {
  runtime::Module module(test_object("count"));
  const auto program = module.load("on_raw_tracepoint", {});
  try {
    static_cast<void>(runtime::attach_tracepoint(*program, "syscalls:sys_enter_execve"));
    FAIL("attached");
  } catch (const AttachError& error) {
    REQUIRE(error.attempts().size() == 1);
    CHECK(error.attempts()[0].code == std::errc::invalid_argument);
  }
}

TEST_CASE("tracepoints are listed by a regular expression matched from the start") {
  const auto names = runtime::get_tracepoints("syscalls:sys_enter_execve");
  CHECK(names == std::vector<std::string>{"syscalls:sys_enter_execve", "syscalls:sys_enter_execveat"});
  CHECK(runtime::get_tracepoints("sys_enter_execve").empty());
  CHECK(runtime::tracepoint_exists("sched", "sched_switch"));
  CHECK_FALSE(runtime::tracepoint_exists("sched", "sched_swich"));
}
