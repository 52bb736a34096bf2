#pragma once
// The layer's parsers of foreign bytes behind one function: it must return, whatever it is given.

#include "compiler/cache_entry.hpp"
#include "compiler/protocol.hpp"

#include <algorithm>
#include <cstddef>
#include <span>
#include <stdexcept>
#include <vector>

namespace compiler_fuzz {

/// True when the bytes were accepted. Whatever is accepted must survive being encoded and decoded again.
template <class Decode, class Encode>
bool parse(std::span<const std::byte> bytes, Decode decode, Encode encode) {
  try {
    const auto value = decode(bytes);
    const std::vector<std::byte> again = encode(value);
    if (encode(decode(again)) != again) throw std::logic_error("encoding is not stable");
    return true;
  } catch (const std::runtime_error&) {
    return false;
  }
}

inline bool parse_request(std::span<const std::byte> bytes) {
  using namespace bccxx::compiler;
  return parse(bytes, decode_request, [](const Request& request) { return encode(request); });
}

inline bool parse_answer(std::span<const std::byte> bytes) {
  using namespace bccxx::compiler;
  return parse(bytes, decode_answer, [](const Answer& answer) { return encode(answer); });
}

/// Puts the right hash in front first, so that what the hash protects is tried as well.
inline bool parse_entry(std::span<const std::byte> bytes) {
  using namespace bccxx::compiler;
  constexpr std::size_t hash_at = 8 + 4 + sizeof(Digest);
  constexpr std::size_t payload_at = hash_at + sizeof(Digest);
  Digest key{};
  std::vector<std::byte> sealed(bytes.begin(), bytes.end());
  if (sealed.size() >= payload_at) {
    std::copy_n(sealed.begin() + 12, key.size(), key.begin());
    const auto hash = Sha256().add(key).add(std::span(sealed).subspan(payload_at)).digest();
    std::ranges::copy(hash, sealed.begin() + hash_at);
  }
  return parse(
      sealed, [&](std::span<const std::byte> from) { return decode_entry(key, from); },
      [&](const CacheEntry& entry) { return encode_entry(key, entry); });
}

}  // namespace compiler_fuzz
