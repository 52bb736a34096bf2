#pragma once
// A BPF object that was made when the program was built, and is part of it.

#include <cstddef>
#include <span>

// BPF_OBJECT is the file, from the build.
#define PROGRAMS_EMBED_OBJECT(name)        \
  asm(".pushsection .rodata\n"             \
      ".balign 8\n" #name                  \
      "_begin:\n"                          \
      ".incbin \"" BPF_OBJECT "\"\n" #name \
      "_end:\n"                            \
      ".popsection\n");                    \
  extern "C" {                             \
  extern const std::byte name##_begin[];   \
  extern const std::byte name##_end[];     \
  }                                        \
  static_assert(true, "takes the semicolon")

namespace programs {

[[nodiscard]] inline std::span<const std::byte> embedded(const std::byte* begin, const std::byte* end) {
  return {begin, static_cast<std::size_t>(end - begin)};
}

}  // namespace programs
