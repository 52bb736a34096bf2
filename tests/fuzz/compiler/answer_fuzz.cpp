// Hostile bytes for the parser of answers.

#include "fuzz/compiler/parsers.hpp"

#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static_cast<void>(compiler_fuzz::parse_answer(std::as_bytes(std::span(data, size))));
  return 0;
}
