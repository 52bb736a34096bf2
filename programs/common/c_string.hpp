#pragma once
// Text as C writes it between quotes, to give a BPF text with -D.

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "program.hpp"

namespace programs {

/// `text` in quotes. -DNAME=c_string(text) makes NAME a string of the BPF text.
[[nodiscard]] inline std::string c_string(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    if (c == '\n') {
      result += "\\n";
    } else {
      result += c;
    }
  }
  return result + '"';
}

/// The same for a command name, or the beginning of one.
///
/// Throws: UsageError for one longer than the kernel keeps: no command has it
[[nodiscard]] inline std::string comm_string(std::string_view comm) {
  constexpr std::size_t longest = 15;
  if (comm.size() > longest) {
    throw UsageError(fmt::format("--comm must be of at most {} bytes, not {}", longest, comm.size()));
  }
  return c_string(comm);
}

}  // namespace programs
