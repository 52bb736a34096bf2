// Touches several layers, so that each must link.

#include <bccxx/every.hpp>
#include <bccxx/support/cpus.hpp>

#include <fmt/core.h>

#include <chrono>

int main() {
  for (const auto& tick : bccxx::every(std::chrono::milliseconds(1), 2)) {
    fmt::print("tick {} of {} CPUs\n", tick.number, bccxx::possible_cpus());
  }
}
