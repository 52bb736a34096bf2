// Buckets as Python's repr writes them.

#include <bccxx/print/bucket.hpp>

#include <fmt/format.h>

#include <iterator>

namespace bccxx {
namespace {

// Python takes double quotes only to spare the escape of a single one.
std::string quoted(std::string_view text, bool escape_high) {
  const char quote = text.find('\'') != text.npos && text.find('"') == text.npos ? '"' : '\'';
  std::string out(1, quote);
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == quote || c == '\\') {
      out += {'\\', c};
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\t') {
      out += "\\t";
    } else if (byte < 0x20 || byte == 0x7f || (escape_high && byte > 0x7f)) {
      fmt::format_to(std::back_inserter(out), "\\x{:02x}", byte);
    } else {
      out += c;
    }
  }
  return out += quote;
}

}  // namespace

std::string bucket_repr(std::string_view text) { return quoted(text, false); }

std::string bucket_repr_bytes(std::string_view bytes) { return "b" + quoted(bytes, true); }

std::string bucket_repr(double number) {
  std::string text = fmt::format("{}", number);
  if (text.find_first_of(".en") == text.npos) text += ".0";
  return text;
}

}  // namespace bccxx
