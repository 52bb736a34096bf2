// Touches several layers, so that each must link, and needs bccxx-cc, which must be found.

#include <bccxx/compiler/compile.hpp>
#include <bccxx/every.hpp>
#include <bccxx/support/cpus.hpp>

#include <fmt/core.h>

#include <chrono>

int main() {
  const auto result =
      bccxx::compiler::compile({.text = "BPF_HASH(counts, u32);"}, {}, {.mode = bccxx::compiler::Cache::Mode::off});
  for (const auto& tick : bccxx::every(std::chrono::milliseconds(1), 2)) {
    fmt::print("tick {} of {} CPUs, {} table\n", tick.number, bccxx::possible_cpus(), result.object.maps().size());
  }
}
