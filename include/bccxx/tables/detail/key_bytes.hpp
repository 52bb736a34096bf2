#pragma once
// Keys between C++ and the kernel: as they are, or as text.

#include <bccxx/tables/detail/bytes.hpp>
#include <bccxx/tables/detail/core.hpp>

#include <cstddef>
#include <cstring>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

namespace bccxx::detail {

/// A key as programs in C++ hold it: an array of char is text.
template <class K>
struct KeyOf {
  using type = K;
};
template <std::size_t N>
struct KeyOf<char[N]> {
  using type = std::string;
};

/// A key as the kernel takes it. Text is padded with zeros.
///
/// Throws: TypeMismatch when a text is longer than the table's key
template <class Key>
class KeyBytes {
 public:
  KeyBytes(const Core& /*core*/, const Key& key) noexcept : key_(&key) {}
  [[nodiscard]] const void* data() const noexcept { return key_; }

 private:
  const Key* key_;
};
template <>
class KeyBytes<std::string> {
 public:
  KeyBytes(const Core& core, const std::string& text) : bytes_(core.padded_key(text)) {}
  [[nodiscard]] const void* data() const noexcept { return bytes_.data(); }

 private:
  std::string bytes_;
};

/// A key as the kernel gives it. Text ends before its first zero.
template <class Key>
[[nodiscard]] Key load_key(const Core& core, const std::byte* from) {
  if constexpr (std::is_same_v<Key, std::string>) {
    const auto* const text = reinterpret_cast<const char*>(from);
    return std::string(text, ::strnlen(text, core.key_size()));
  } else {
    return load<Key>(from);
  }
}

/// Many keys side by side, as the kernel takes them.
template <class Key>
[[nodiscard]] std::vector<std::byte> packed_keys(const Core& core, std::span<const Key> keys) {
  std::vector<std::byte> result(keys.size() * core.key_size());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    std::memcpy(&result[i * core.key_size()], KeyBytes<Key>(core, keys[i]).data(), core.key_size());
  }
  return result;
}

}  // namespace bccxx::detail
