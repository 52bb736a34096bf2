// Timeouts as poll(2) takes them.

#include "support/poll_timeout.hpp"

#include <catch2/catch.hpp>

#include <limits>

using bccxx::support::poll_milliseconds;
using std::chrono::milliseconds;

TEST_CASE("timeouts of any length become what poll takes") {
  CHECK(poll_milliseconds(milliseconds(0)) == 0);
  CHECK(poll_milliseconds(milliseconds(1500)) == 1500);
  CHECK(poll_milliseconds(milliseconds(-1)) == -1);
  CHECK(poll_milliseconds(milliseconds(-4294967296)) == -1);
  CHECK(poll_milliseconds(milliseconds::min()) == -1);
  // The low half of this number is 0, of the next -1.
  CHECK(poll_milliseconds(milliseconds(4294967296)) == std::numeric_limits<int>::max());
  CHECK(poll_milliseconds(milliseconds(4294967295)) == std::numeric_limits<int>::max());
  CHECK(poll_milliseconds(milliseconds::max()) == std::numeric_limits<int>::max());
}
