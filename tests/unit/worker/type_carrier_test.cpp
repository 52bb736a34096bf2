// Which texts need a function that they do not have.

#include "compiler_worker/type_carrier.hpp"

#include <catch2/catch.hpp>

using bccxx::worker::type_carrier;

TEST_CASE("a text of tables alone gets a function, any other keeps its own", "[worker]") {
  CHECK(type_carrier("BPF_HASH(counts);") == "int bccxx_carries_types(void *context) { return 0; }\n");
  CHECK_FALSE(
      type_carrier("struct key_t { u32 pid; };\n// int f(void *ctx) { }\nBPF_HASH(counts, struct key_t);").empty());
  CHECK(type_carrier("int f(void *ctx)\n{ return 0; }").empty());
  CHECK(type_carrier("TRACEPOINT_PROBE(syscalls, sys_enter_getuid) /* counts */ { return 0; }").empty());
  CHECK_FALSE(type_carrier("").empty());
}
