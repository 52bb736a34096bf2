#pragma once
// Numbers, strings and lists as bytes, and back: the reader trusts nothing and never allocates more than it was given.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace bccxx::support {

class ByteWriter {
 public:
  template <class Number>
  requires std::is_integral_v<Number>
  void number(Number value) {
    const auto bytes = std::as_bytes(std::span(&value, 1));
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  }
  void raw(std::span<const std::byte> bytes) { bytes_.insert(bytes_.end(), bytes.begin(), bytes.end()); }
  void bytes(std::span<const std::byte> bytes) {
    number<std::uint64_t>(bytes.size());
    raw(bytes);
  }
  void text(std::string_view text) { bytes(std::as_bytes(std::span(text))); }
  void list(const std::vector<std::string>& items) {
    number<std::uint64_t>(items.size());
    for (const auto& item : items) text(item);
  }

  [[nodiscard]] std::vector<std::byte>& result() noexcept { return bytes_; }

 private:
  std::vector<std::byte> bytes_;
};

/// Throws: std::runtime_error from every reading function when the bytes are too few
class ByteReader {
 public:
  explicit ByteReader(std::span<const std::byte> bytes) noexcept : rest_(bytes) {}

  template <class Number>
  requires std::is_integral_v<Number>
  [[nodiscard]] Number number() {
    Number value = 0;
    const auto from = take(sizeof value);
    std::memcpy(&value, from.data(), sizeof value);
    return value;
  }
  [[nodiscard]] std::span<const std::byte> bytes() { return take(number<std::uint64_t>()); }
  [[nodiscard]] std::string text() {
    const auto from = bytes();
    return {reinterpret_cast<const char*>(from.data()), from.size()};
  }
  /// The length of a list whose elements take at least `smallest` bytes each.
  [[nodiscard]] std::size_t count(std::size_t smallest) {
    const auto n = number<std::uint64_t>();
    if (n > rest_.size() / smallest) throw std::runtime_error("a list is longer than its message");
    return n;
  }
  [[nodiscard]] std::vector<std::string> list() {
    std::vector<std::string> items;
    for (auto n = count(sizeof(std::uint64_t)); n > 0; --n) items.push_back(text());
    return items;
  }
  /// An enumerator that comes no later than `last`.
  template <class Enum>
  [[nodiscard]] Enum choice(Enum last) {
    const auto value = number<std::uint32_t>();
    if (value > static_cast<std::uint32_t>(last)) throw std::runtime_error("a value is out of range");
    return static_cast<Enum>(value);
  }
  [[nodiscard]] std::span<const std::byte> take(std::uint64_t size) {
    if (size > rest_.size()) throw std::runtime_error("the message ends early");
    const auto taken = rest_.first(size);
    rest_ = rest_.subspan(size);
    return taken;
  }
  void finish() const {
    if (!rest_.empty()) throw std::runtime_error("the message goes on after its end");
  }

 private:
  std::span<const std::byte> rest_;
};

}  // namespace bccxx::support
