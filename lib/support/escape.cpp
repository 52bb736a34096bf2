// The bytes of UTF-8 beyond ASCII stay as they are.

#include <bccxx/support/escape.hpp>

#include <fmt/format.h>

namespace bccxx {

std::string escape_control(std::string_view text) {
  std::string safe;
  safe.reserve(text.size());
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f)
      safe += fmt::format("\\x{:02x}", byte);
    else
      safe += c;
  }
  return safe;
}

}  // namespace bccxx
