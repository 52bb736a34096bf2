// Variables that the arguments of probes name, in binaries that name no end of them.

#include "runtime/usdt_variables.hpp"
#include "unit/symbols/file_with_variables.hpp"

#include <catch2/catch.hpp>

#include <string>

using bccxx::UsdtArgument;
using bccxx::runtime::UsdtVariables;
using Catch::Matchers::Contains;

namespace {

UsdtArgument argument(const std::string& name) {
  UsdtArgument made;
  made.spec = "4@" + name + "(%rip)";
  made.deref_ident = name;
  return made;
}

}  // namespace

TEST_CASE("an argument that names a variable has its address, or says why there is none", "[usdt]") {
  const auto file = bccxx::test::file_with_variables();
  UsdtVariables variables(file);
  const auto resolved = [&variables](const std::string& name) {
    auto made = argument(name);
    variables.resolve(made);
    return made;
  };
  CHECK(resolved("one").ident_address == 0x10);
  CHECK(resolved("one").unreadable.empty());
  CHECK_THAT(resolved("two").unreadable, Contains("several"));
  CHECK_THAT(resolved("three").unreadable, Contains("no symbol"));
}

TEST_CASE("a binary that names variables without end has only so many of them looked up", "[usdt]") {
  const auto file = bccxx::test::file_with_variables();
  UsdtVariables variables(file);
  int looked_up = 0;
  for (int i = 0; i < 10000; ++i) {
    auto made = argument("absent" + std::to_string(i));
    variables.resolve(made);
    looked_up += made.unreadable.find("no symbol") != std::string::npos ? 1 : 0;
    if (i == 0) {
      auto known = argument("one");
      variables.resolve(known);
    }
  }
  CHECK(looked_up == 4095);
  auto known = argument("one");
  variables.resolve(known);
  CHECK(known.ident_address == 0x10);
  auto late = argument("same");
  variables.resolve(late);
  CHECK_THAT(late.unreadable, Contains("too many"));
}
