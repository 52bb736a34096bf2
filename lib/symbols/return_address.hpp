#pragma once
// A return address names the instruction after the call, which may be another line, or another function.

#include <bccxx/symbols/frame.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace bccxx::symbols {

/// What was found one byte before, told of the address itself.
inline void move_by_one(Frame& frame) {
  ++frame.address;
  if (!frame.symbol.empty()) ++frame.offset;
  if (!frame.module.empty() || !frame.build_id.empty()) ++frame.module_offset;
}

/// The frame of the call that returns to `place`, an address or an offset that `resolve` names. A signal handler
/// returns to the first byte of a function, which nobody called: where nothing is before it, the place itself is named.
template <class Resolve>
Frame resolve_return(std::uint64_t place, Resolve resolve) {
  if (place == 0) return resolve(place);
  Frame frame = resolve(place - 1);
  if (!frame.resolved()) {
    if (auto exact = resolve(place); exact.resolved()) return exact;
  }
  move_by_one(frame);
  return frame;
}

/// The same for a whole stack, innermost first, whose first address is no return address. `resolve` names many at once.
template <class Resolve>
std::vector<Frame> resolve_stack(std::span<const std::uint64_t> addresses, Resolve resolve) {
  std::vector<std::uint64_t> places(addresses.begin(), addresses.end());
  for (std::size_t i = 1; i < places.size(); ++i) places[i] -= places[i] == 0 ? 0 : 1;
  std::vector<Frame> frames = resolve(std::span<const std::uint64_t>(places));
  std::vector<std::size_t> unnamed;
  std::vector<std::uint64_t> exact;
  for (std::size_t i = 1; i < frames.size(); ++i) {
    if (places[i] == addresses[i]) continue;
    move_by_one(frames[i]);
    if (frames[i].resolved()) continue;
    unnamed.push_back(i);
    exact.push_back(addresses[i]);
  }
  if (unnamed.empty()) return frames;
  std::vector<Frame> again = resolve(std::span<const std::uint64_t>(exact));
  for (std::size_t i = 0; i < unnamed.size(); ++i)
    if (again[i].resolved()) frames[unnamed[i]] = std::move(again[i]);
  return frames;
}

}  // namespace bccxx::symbols
