// Which names are near enough to suggest.

#include "support/nearest_names.hpp"

#include <catch2/catch.hpp>

using bccxx::support::nearest_names;
using bccxx::support::nearest_or_all;

TEST_CASE("nearest names puts the closest first and leaves strangers out") {
  const std::vector<std::string> known = {"sched_process_exec", "sched_switch", "sched_wakeup", "irq_handler_entry"};
  CHECK(nearest_names("sched_swtich", known) == std::vector<std::string>{"sched_switch"});
  CHECK(nearest_names("zzzzzzzz", known).empty());
}

TEST_CASE("nearest names gives at most as many as asked") {
  const std::vector<std::string> known = {"aaa1", "aaa2", "aaa3", "aaa4"};
  CHECK(nearest_names("aaa0", known, 2).size() == 2);
}

TEST_CASE("where no name is near, a few are all told, and many none") {
  CHECK(nearest_or_all("zzz", {"counts", "dist"}) == std::vector<std::string>{"counts", "dist"});
  CHECK(nearest_or_all("count", {"counts", "dist"}) == std::vector<std::string>{"counts"});
  CHECK(nearest_or_all("zzz", {"a", "b", "c", "d"}).empty());
}
