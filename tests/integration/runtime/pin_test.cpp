// Pins: made once, found again, refused when they do not fit.

#include "tables/pin.hpp"
#include "integration/runtime/helpers.hpp"
#include "runtime/module.hpp"
#include "support/mounts.hpp"

#include <bccxx/support/error.hpp>

#include <bpf/bpf.h>
#include <fmt/format.h>
#include <catch2/catch.hpp>

#include <unistd.h>
#include <filesystem>

using namespace bccxx;
using namespace bccxx::testing;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

namespace {

// Where LIBBPF_PIN_BY_NAME puts it.
const fs::path pin = "/sys/fs/bpf/bccxx_pinned";

struct RemovePin {
  RemovePin() { fs::remove(pin); }
  ~RemovePin() { fs::remove(pin); }
};

}  // namespace

TEST_CASE("a pinned map is created the first time and found again later") {
  const RemovePin remove;
  const std::uint32_t key = 7;
  const std::uint64_t value = 42;
  std::uint32_t id = 0;
  {
    runtime::Module first(test_object("pinned"));
    id = first.map("bccxx_pinned")->info().id;
    REQUIRE(bpf_map_update_elem(first.map("bccxx_pinned")->fd(), &key, &value, BPF_ANY) == 0);
    CHECK(fs::exists(pin));
  }
  runtime::Module second(test_object("pinned"));
  CHECK(second.map("bccxx_pinned")->info().id == id);
  CHECK(value_of(*second.map("bccxx_pinned"), &key) == 42);
  CHECK(second.load("count", {})->id() != 0);
}

TEST_CASE("a pinned map of another shape is refused with both shapes, and nothing is touched") {
  const RemovePin remove;
  runtime::Module first(test_object("pinned"));
  const auto id = first.map("bccxx_pinned")->info().id;
  try {
    const runtime::Module other(test_object("pinned_larger"));
    FAIL("made");
  } catch (const TypeMismatch& error) {
    CHECK(error.table() == "bccxx_pinned");
    CHECK(error.part() == "map pinned at " + pin.string());
    CHECK_THAT(error.expected(), Contains("65 entries"));
    CHECK_THAT(error.actual(), Contains("64 entries"));
  }
  CHECK(detail::open_pin(pin, "bccxx_pinned")->info().id == id);
}

TEST_CASE("pins in nested directories go again unless they are kept") {
  REQUIRE(support::on_bpffs("/sys/fs/bpf"));
  runtime::Module module(test_object("count"));
  const auto root = fs::path("/sys/fs/bpf") / fmt::format("bccxx_{}", ::getpid());
  const auto path = root / "a/b/counts";
  {
    detail::NewPins pins;
    CHECK(pins.add(*module.map("counts"), path));
    CHECK(fs::exists(path));
    CHECK_FALSE(pins.add(*module.map("counts"), path));
  }
  CHECK_FALSE(fs::exists(root));
  detail::NewPins pins;
  CHECK(pins.add(*module.map("counts"), path));
  pins.keep();
  CHECK(fs::exists(path));
  fs::remove_all(root);
}

TEST_CASE("a pin outside a BPF file system is refused with the command that mounts one") {
  CHECK_THROWS_WITH(detail::check_pin_place("/tmp/no/such/pin"), Contains("mount -t bpf bpf /sys/fs/bpf"));
  CHECK_FALSE(fs::exists("/tmp/no"));
  CHECK_NOTHROW(detail::check_pin_place("/sys/fs/bpf/no/such/pin"));
}
