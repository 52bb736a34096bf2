// What xskmap_echo does to a frame, and which frames it leaves alone.

#include "../programs/xskmap_echo/udp_echo.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <vector>

namespace {

using Bytes = std::vector<std::byte>;

void put(Bytes& frame, std::size_t at, std::initializer_list<int> values) {
  std::ranges::transform(values, frame.begin() + static_cast<std::ptrdiff_t>(at),
                         [](int value) { return static_cast<std::byte>(value); });
}

/// A UDP frame with an IP header of `words` words; `forth` tells the two directions apart.
Bytes udp_frame(int words, bool forth) {
  Bytes frame(14 + static_cast<std::size_t>(words) * 4 + 8 + 4, std::byte{0x55});
  put(frame, forth ? 0 : 6, {1, 2, 3, 4, 5, 6});
  put(frame, forth ? 6 : 0, {7, 8, 9, 10, 11, 12});
  put(frame, 12, {0x08, 0x00, 0x40 + words});
  put(frame, 20, {0x40, 0x00, 64, 17});
  put(frame, forth ? 26 : 30, {10, 77, 0, 1});
  put(frame, forth ? 30 : 26, {10, 77, 0, 2});
  const auto ports = 14 + static_cast<std::size_t>(words) * 4;
  put(frame, forth ? ports : ports + 2, {0x1a, 0x0a});
  put(frame, forth ? ports + 2 : ports, {0x15, 0xb3});
  return frame;
}

}  // namespace

TEST_CASE("a UDP frame is turned round, with or without IP options", "[xskmap_echo]") {
  for (const int words : {5, 6, 15}) {
    auto frame = udp_frame(words, true);
    CHECK(xsk::turn_round(frame));
    CHECK(frame == udp_frame(words, false));
  }
}

TEST_CASE("other frames are left as they are", "[xskmap_echo]") {
  const auto refused = [](Bytes frame) {
    const auto before = frame;
    return !xsk::turn_round(frame) && frame == before;
  };
  const auto changed = [](std::size_t at, std::initializer_list<int> values) {
    auto frame = udp_frame(5, true);
    put(frame, at, values);
    return frame;
  };
  CHECK(refused(changed(12, {0x08, 0x06})));  // ARP
  CHECK(refused(changed(14, {0x65})));        // another version
  CHECK(refused(changed(14, {0x44})));        // a header shorter than any
  CHECK(refused(changed(14, {0x4f})));        // a header longer than the frame
  CHECK(refused(changed(23, {6})));           // TCP
  CHECK(refused(changed(20, {0x20, 0x00})));  // the first fragment
  CHECK(refused(changed(20, {0x00, 0x01})));  // a later one
  for (std::size_t size = 0; size < 42; ++size) {
    auto frame = udp_frame(5, true);
    frame.resize(size);
    CHECK(refused(frame));
  }
}
