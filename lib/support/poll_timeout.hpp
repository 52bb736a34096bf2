#pragma once
// Timeouts of any length for poll(2) and its kin, which take an int.

#include <algorithm>
#include <chrono>
#include <limits>

namespace bccxx::support {

/// -1 for any negative timeout, which means without end; what an int cannot hold becomes the longest it can, 24 days.
[[nodiscard]] constexpr std::chrono::milliseconds poll_timeout(std::chrono::milliseconds timeout) noexcept {
  using std::chrono::milliseconds;
  return std::clamp(timeout, milliseconds(-1), milliseconds(std::numeric_limits<int>::max()));
}

/// The same as the number that poll(2) takes.
[[nodiscard]] constexpr int poll_milliseconds(std::chrono::milliseconds timeout) noexcept {
  return static_cast<int>(poll_timeout(timeout).count());
}

}  // namespace bccxx::support
