// Pins: made once, found again, refused when they do not fit.

#include "tables/pin.hpp"
#include "integration/runtime/helpers.hpp"
#include "runtime/module.hpp"
#include "support/mounts.hpp"

#include <bccxx/support/error.hpp>

#include <bpf/bpf.h>
#include <fmt/format.h>
#include <catch2/catch.hpp>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <string>
#include <thread>
#include <utility>
#include <vector>

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

TEST_CASE("a pinned map with other members in as many bytes is refused with both layouts, and nothing is touched") {
  const RemovePin remove;
  runtime::Module first(test_object("pinned_struct"));
  const auto id = first.map("bccxx_pinned")->info().id;
  const auto other = GENERATE(as<std::string>(), "pinned_swapped", "pinned_grown");
  INFO(other);
  try {
    const runtime::Module refused(test_object(other));
    FAIL("made");
  } catch (const TypeMismatch& error) {
    const bool swapped = other == "pinned_swapped";
    CHECK(error.table() == "bccxx_pinned");
    CHECK(error.part() == "map pinned at " + pin.string());
    CHECK_THAT(error.expected(), Contains(swapped ? "value struct value_t {u64 ns at 0, u32 pid at 8}"
                                                  : "value struct value_t {u32 pid at 0, u32 tid at 4, u64 ns at 8}"));
    CHECK_THAT(error.actual(), Contains("value struct value_t {u32 pid at 0, u64 ns at 8}; they differ at byte " +
                                        std::string(swapped ? "0" : "4")));
  }
  CHECK(detail::open_pin(pin, "bccxx_pinned")->info().id == id);
}

TEST_CASE("a pinned map whose members have other names is taken, and so is one without BTF") {
  const RemovePin remove;
  SECTION("other names, and a name for the padding") {
    runtime::Module first(test_object("pinned_struct"));
    runtime::Module second(test_object("pinned_renamed"));
    CHECK(second.map("bccxx_pinned")->info().id == first.map("bccxx_pinned")->info().id);
  }
  SECTION("without BTF") {
    const auto bare = Map::create(
        {.kind = MapKind::hash, .name = "bccxx_pinned", .key_size = 4, .value_size = 16, .max_entries = 64});
    bare->pin(pin);
    runtime::Module taken(test_object("pinned_swapped"));
    CHECK(taken.map("bccxx_pinned")->info().id == bare->info().id);
  }
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

namespace {

/// Runs `work` in processes of their own, at once, and gives what each returned.
template <class Work>
std::vector<std::uint32_t> in_processes(int count, Work&& work) {
  std::array<int, 2> results{};
  std::array<int, 2> gate{};
  REQUIRE(::pipe2(results.data(), O_CLOEXEC) == 0);
  REQUIRE(::pipe2(gate.data(), O_CLOEXEC) == 0);
  std::vector<pid_t> children;
  for (int i = 0; i < count; ++i) {
    const auto child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      ::close(gate[1]);
      char end = 0;
      static_cast<void>(::read(gate[0], &end, 1));  // until the last writer closes
      std::uint32_t result = 0;
      try {
        result = work();
      } catch (const std::exception&) {
        result = 0;
      }
      ::_exit(::write(results[1], &result, sizeof result) == sizeof result ? 0 : 1);
    }
    children.push_back(child);
  }
  ::close(gate[0]);
  ::close(gate[1]);
  ::close(results[1]);
  std::vector<std::uint32_t> answers;
  std::uint32_t answer = 0;
  while (::read(results[0], &answer, sizeof answer) == sizeof answer) answers.push_back(answer);
  ::close(results[0]);
  for (const auto child : children) REQUIRE(::waitpid(child, nullptr, 0) == child);
  return answers;
}

}  // namespace

TEST_CASE("processes that make the same pin at once all get the same map") {
  const auto object = test_object("pinned");
  for (int round = 0; round < 20; ++round) {
    const RemovePin remove;
    const auto ids = in_processes(4, [&] { return runtime::Module(object).map("bccxx_pinned")->info().id; });
    REQUIRE(ids.size() == 4);
    CHECK(ids[0] != 0);
    CHECK(ids == std::vector<std::uint32_t>(4, ids[0]));
    CHECK(detail::open_pin(pin, "bccxx_pinned")->info().id == ids[0]);
  }
}

TEST_CASE("a pin that another process has found is not taken away because the next one is there already") {
  const auto object = test_object("pinned_two");
  const fs::path first = "/sys/fs/bpf/bccxx_first";
  const fs::path second = "/sys/fs/bpf/bccxx_second";
  const auto other = Map::create({.kind = MapKind::hash,
                                  .name = "bccxx_second",
                                  .key_size = sizeof(std::uint32_t),
                                  .value_size = sizeof(std::uint64_t),
                                  .max_entries = 64});
  bool between = false;
  for (int round = 0; round < 5000 && !between; ++round) {
    std::uint32_t found = 0;
    std::atomic<bool> over = false;
    // As a process does that starts just then: it finds the first pin and makes the second.
    std::thread finder([&] {
      UniqueFd fd;
      while (!fd && !over) fd.reset(bpf_obj_get(first.c_str()));
      if (!fd) return;
      between = bpf_obj_pin(other->fd(), second.c_str()) == 0;
      found = Map(std::move(fd)).info().id;
    });
    {
      runtime::Module module(object);
      over = true;
      finder.join();
      CHECK_FALSE(module.map_existed("bccxx_first"));
      CHECK(module.map_existed("bccxx_second") == between);
      if (between) {
        CHECK(module.map("bccxx_first")->info().id == found);
        CHECK(module.map("bccxx_second")->info().id == other->info().id);
        CHECK(detail::open_pin(first, "bccxx_first")->info().id == found);
      }
    }
    fs::remove(first);
    fs::remove(second);
  }
  CHECK(between);
}

TEST_CASE("a pin is made although another process takes the directory away again") {
  REQUIRE(support::on_bpffs("/sys/fs/bpf"));
  runtime::Module module(test_object("count"));
  const auto& map = *module.map("counts");
  const auto root = fs::path("/sys/fs/bpf") / fmt::format("bccxx_{}", ::getpid());
  const auto made = in_processes(3, [&] {
    std::uint32_t pins = 1;
    for (int i = 0; i < 300; ++i) {
      detail::NewPins unkept;
      pins += unkept.add(map, root / "a/b" / std::to_string(::getpid())) ? 1 : 0;
    }
    return pins;
  });
  CHECK(made == std::vector<std::uint32_t>(3, 301));
  // Two may take each other's directories for kept ones.
  fs::remove_all(root);
}

TEST_CASE("a pin outside a BPF file system is refused with the command that mounts one") {
  CHECK_THROWS_WITH(detail::check_pin_place("/tmp/no/such/pin"), Contains("mount -t bpf bpf /sys/fs/bpf"));
  CHECK_FALSE(fs::exists("/tmp/no"));
  CHECK_NOTHROW(detail::check_pin_place("/sys/fs/bpf/no/such/pin"));
}
