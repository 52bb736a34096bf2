#pragma once
// Turns a UDP frame round, so that it goes back to who sent it.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

namespace xsk {

/// Swaps the MAC addresses, IP addresses and ports of an IPv4 UDP frame; its checksums stay right.
///
/// Returns: false, with the frame as it was, for anything else
inline bool turn_round(std::span<std::byte> frame) {
  constexpr std::size_t ethernet = 14;
  constexpr std::size_t udp = 8;
  const auto byte_at = [&](std::size_t at) { return std::to_integer<unsigned>(frame[at]); };
  if (frame.size() < ethernet + 20 + udp) return false;
  if (byte_at(12) != 0x08 || byte_at(13) != 0x00 || byte_at(ethernet) >> 4 != 4) return false;
  const std::size_t header = std::size_t{byte_at(ethernet) & 0xf} * 4;
  constexpr unsigned protocol_udp = 17;
  if (header < 20 || frame.size() < ethernet + header + udp || byte_at(ethernet + 9) != protocol_udp) return false;
  // A fragment does not have the whole datagram.
  if ((byte_at(ethernet + 6) & 0x3f) != 0 || byte_at(ethernet + 7) != 0) return false;

  const auto swap = [&](std::size_t at, std::size_t size) {
    std::swap_ranges(frame.begin() + static_cast<std::ptrdiff_t>(at),
                     frame.begin() + static_cast<std::ptrdiff_t>(at + size),
                     frame.begin() + static_cast<std::ptrdiff_t>(at + size));
  };
  swap(0, 6);
  swap(ethernet + 12, 4);
  swap(ethernet + header, 2);
  return true;
}

}  // namespace xsk
