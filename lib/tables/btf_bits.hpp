#pragma once
// Integers of any width at any bit, as the compiler lays out bit-fields.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

namespace bccxx::detail {

/// Where bit `index` of a value lies that has `width` bits from `offset` on; index 0 is the lowest.
[[nodiscard]] constexpr std::size_t place_of_bit(std::size_t offset, std::size_t width, std::size_t index) noexcept {
  return std::endian::native == std::endian::little ? offset + index : offset + width - 1 - index;
}

[[nodiscard]] inline unsigned mask_of_bit(std::size_t place) noexcept {
  return 1U << (std::endian::native == std::endian::little ? place % 8 : 7 - place % 8);
}

[[nodiscard]] inline std::uint64_t load_bits(std::span<const std::byte> data, std::size_t offset, std::size_t width) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < width; ++i) {
    const auto place = place_of_bit(offset, width, i);
    const bool set = (std::to_integer<unsigned>(data[place / 8]) & mask_of_bit(place)) != 0;
    value |= std::uint64_t{set} << i;
  }
  return value;
}

inline void store_bits(std::span<std::byte> data, std::size_t offset, std::size_t width, std::uint64_t value) {
  for (std::size_t i = 0; i < width; ++i) {
    const auto place = place_of_bit(offset, width, i);
    const auto mask = static_cast<std::byte>(mask_of_bit(place));
    data[place / 8] = (value >> i & 1) != 0 ? data[place / 8] | mask : data[place / 8] & ~mask;
  }
}

[[nodiscard]] constexpr std::int64_t sign_extend(std::uint64_t value, std::size_t width) noexcept {
  if (width >= 64) return static_cast<std::int64_t>(value);
  const auto sign = std::uint64_t{1} << (width - 1);
  return static_cast<std::int64_t>((value ^ sign) - sign);
}

}  // namespace bccxx::detail
