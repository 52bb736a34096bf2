#pragma once
// From the kernel's bytes to C++ values.

#include <array>
#include <bit>
#include <cstddef>
#include <cstring>

namespace bccxx::detail {

/// Room for one T as the kernel writes it.
template <class T>
struct alignas(T) Bytes {
  std::array<std::byte, sizeof(T)> data;
};

template <class T>
[[nodiscard]] T load(const std::byte* from) {
  Bytes<T> bytes;
  std::memcpy(&bytes, from, sizeof bytes);
  return std::bit_cast<T>(bytes);
}

}  // namespace bccxx::detail
