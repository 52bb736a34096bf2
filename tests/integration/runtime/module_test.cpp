// Maps made once, programs loaded on demand from the same bytes.

#include "runtime/module.hpp"
#include "integration/runtime/helpers.hpp"

#include <bccxx/support/cpus.hpp>
#include <bccxx/support/error.hpp>

#include <catch2/catch.hpp>

using namespace bccxx;
using namespace bccxx::testing;
using Catch::Matchers::Contains;

TEST_CASE("a module makes its maps at once and each program when it is first wanted") {
  runtime::Module module(test_object("count"));
  CHECK(module.map_names() == std::vector<std::string>{"counts", "events"});
  CHECK(module.map("events")->info().max_entries == possible_cpus());

  const auto program = module.load("on_tracepoint", {});
  CHECK(program->type() == ProgramType::tracepoint);
  CHECK(program->name() == "on_tracepoint");
  CHECK(program->id() != 0);
  CHECK(module.load("on_tracepoint", {}) == program);

  const auto as_probe = module.load("on_tracepoint", {.type = ProgramType::kprobe});
  CHECK(as_probe->type() == ProgramType::kprobe);
  CHECK(as_probe->id() != program->id());

  module.unload("on_tracepoint");
  CHECK(module.load("on_tracepoint", {}) != program);
}

TEST_CASE("names that are not in the object are NotFound with the nearest ones") {
  runtime::Module module(test_object("count"));
  CHECK_THROWS_WITH(module.map("count"), Contains("counts"));
  CHECK_THROWS_AS(module.map("count"), NotFound);
  CHECK_THROWS_WITH(module.load("on_tracepiont", {}), Contains("on_tracepoint"));
  CHECK_THROWS_AS(module.load("on_tracepiont", {}), NotFound);
}

TEST_CASE("a refused program is a VerifierError with a reason, the source line and the whole log") {
  runtime::Module module(test_object("refused"));
  try {
    static_cast<void>(module.load("unchecked", {}));
    FAIL("loaded");
  } catch (const VerifierError& error) {
    CHECK(error.program() == "unchecked");
    CHECK_THAT(error.summary(), Contains("invalid mem access"));
    CHECK_THAT(error.source_line(), Contains("return *value;"));
    CHECK_THAT(error.log(), Contains("processed "));
    CHECK(error.code() == std::errc::permission_denied);
  }
}

TEST_CASE("an object with a table of functions for the kernel is refused, and says what takes it") {
  CHECK_THROWS_AS(runtime::Module(test_object("struct_ops")), NotSupported);
  CHECK_THROWS_WITH(runtime::Module(test_object("struct_ops")), Contains("struct_ops lazy") && Contains("bpftool"));
}

TEST_CASE("a map of maps whose inner map is refused is an error about the inner map") {
  try {
    const runtime::Module module(test_object("inner_refused"));
    FAIL("made");
  } catch (const LoadError& error) {
    CHECK(error.subject() == "inner map of outer");
    CHECK_THAT(error.what(), Contains("(array, key 8 bytes") && Contains("key of this kind must have 4 bytes"));
  }
}
