#pragma once
// SHA-256 over bytes and over named fields.

#include <nettle/sha2.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace bccxx::compiler {

using Digest = std::array<std::byte, SHA256_DIGEST_SIZE>;

class Sha256 {
 public:
  Sha256() { sha256_init(&state_); }

  Sha256& add(std::span<const std::byte> bytes) {
    sha256_update(&state_, bytes.size(), reinterpret_cast<const std::uint8_t*>(bytes.data()));
    return *this;
  }
  /// Name and length go in as well, so that no two lists of fields give the same bytes.
  Sha256& field(std::string_view name, std::string_view value) {
    for (const auto text : {name, value}) {
      const std::uint64_t size = text.size();
      add(std::as_bytes(std::span(&size, 1))).add(std::as_bytes(std::span(text)));
    }
    return *this;
  }
  Sha256& field(std::string_view name, const Digest& value) {
    return field(name, {reinterpret_cast<const char*>(value.data()), value.size()});
  }
  Sha256& field(std::string_view name, std::int64_t value) { return field(name, std::to_string(value)); }

  [[nodiscard]] Digest digest() {
    Digest result;
    sha256_digest(&state_, result.size(), reinterpret_cast<std::uint8_t*>(result.data()));
    return result;
  }

 private:
  sha256_ctx state_{};
};

[[nodiscard]] inline std::string to_hex(const Digest& digest) {
  static constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const auto byte : digest) {
    text += digits[std::to_integer<std::size_t>(byte >> 4U)];
    text += digits[std::to_integer<std::size_t>(byte & std::byte{15})];
  }
  return text;
}

}  // namespace bccxx::compiler
