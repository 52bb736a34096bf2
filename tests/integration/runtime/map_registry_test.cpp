// Maps lent by name live as long as somebody holds them.

#include "runtime/map_registry.hpp"

#include "integration/runtime/helpers.hpp"
#include "runtime/module.hpp"

#include <catch2/catch.hpp>

using namespace bccxx;
using namespace bccxx::testing;

TEST_CASE("a lent map is found until its last holder goes; the first of a name stays") {
  const auto find = [](const char* space) { return runtime::find_offered_map(space, "lent"); };
  {
    runtime::Module first(test_object("count"));
    runtime::Module second(test_object("count"));
    runtime::offer_map("", "lent", first.map("counts"));
    runtime::offer_map("", "lent", second.map("counts"));
    CHECK(find("") == first.map("counts"));
    CHECK(find("other") == first.map("counts"));
    runtime::offer_map("other", "lent", second.map("counts"));
    CHECK(find("other") == second.map("counts"));
    CHECK(runtime::offered_maps() == std::vector<std::string>{"lent", "lent"});
  }
  CHECK(find("") == nullptr);
  CHECK(runtime::offered_maps().empty());
}
