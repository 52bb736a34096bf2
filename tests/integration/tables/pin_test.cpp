// Maps by path and by id, and what stands in the way of a pin.

#include <bccxx/support/error.hpp>
#include <bccxx/tables/hash.hpp>

#include "live_map.hpp"
#include "live_program.hpp"

#include <sys/mount.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <string>

namespace fs = std::filesystem;

namespace {

using Counts = bccxx::HashTable<std::uint32_t, std::uint64_t>;

/// A directory of its own in a BPF file system.
class Directory {
 public:
  Directory() : path_("/sys/fs/bpf/bccxx-test-" + std::to_string(::getpid())) {
    struct statfs where {};
    REQUIRE(::statfs("/sys/fs/bpf", &where) == 0);
    if (where.f_type != 0xcafe4a11L) REQUIRE(::mount("bpf", "/sys/fs/bpf", "bpf", 0, nullptr) == 0);
  }
  ~Directory() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;

  [[nodiscard]] std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace

TEST_CASE("a pinned map is found again under its path, in directories made for it") {
  const Directory directory;
  const auto path = directory / "deep/er/counts";
  {
    const Counts counts(live::make(BPF_MAP_TYPE_HASH, 4, 8, 10));
    counts.update(1, 11);
    counts.pin(path);
  }
  const Counts again(bccxx::Map::open_pinned(path));
  CHECK(again.name() == "counts");
  CHECK(again[1] == 11U);
  CHECK(again.unpin(path));
  CHECK_FALSE(fs::exists(path));
  CHECK_FALSE(again.unpin(path));
  CHECK(again[1] == 11U);
}

TEST_CASE("a path that is taken or belongs to another map is left alone") {
  const Directory directory;
  const Counts first(live::make(BPF_MAP_TYPE_HASH, 4, 8, 10));
  const Counts second(live::make(BPF_MAP_TYPE_HASH, 4, 8, 10));
  const auto path = directory / "taken";
  first.pin(path);
  const auto code = [](auto&& act) {
    try {
      act();
    } catch (const bccxx::SystemError& error) {
      return error.code().value();
    }
    return 0;
  };
  CHECK(code([&] { second.pin(path); }) == EEXIST);
  CHECK(code([&] { second.unpin(path); }) == EBUSY);
  CHECK(fs::exists(path));
  CHECK(first.unpin(path));
}

TEST_CASE("a pinned program is no map, for opening as for unpinning, and stays") {
  const Directory directory;
  const Counts counts(live::make(BPF_MAP_TYPE_HASH, 4, 8, 10));
  counts.pin(directory / "counts");
  const auto path = directory / "program";
  const auto program = live::load(BPF_PROG_TYPE_SOCKET_FILTER, {live::move_number(0, 0), live::leave()});
  REQUIRE(bpf_obj_pin(program.get(), path.c_str()) == 0);
  try {
    static_cast<void>(bccxx::Map::open_pinned(path));
    FAIL("opened");
  } catch (const bccxx::TypeMismatch& error) {
    CHECK(error.part() == "kind");
    CHECK(error.expected() == "map");
    CHECK(error.actual() == "program");
    CHECK(error.table() == path);
  }
  CHECK_THROWS_AS(bccxx::Map(bccxx::UniqueFd(bpf_obj_get(path.c_str()))), bccxx::TypeMismatch);
  CHECK_THROWS_MATCHES(counts.unpin(path), bccxx::SystemError,
                       Catch::Predicate<bccxx::SystemError>([](const auto& e) { return e.code().value() == EBUSY; }));
  CHECK(fs::exists(path));
  CHECK(fs::exists(directory / "counts"));
}

TEST_CASE("a program with the number of a map is still another object") {
  // The kernel numbers maps and programs apart, so that equal numbers can be had by making more of the fewer.
  const Directory directory;
  Counts(live::make(BPF_MAP_TYPE_HASH, 4, 8, 10)).pin(directory / "counts");
  const auto path = directory / "program";
  const auto id_of = [](int fd) {
    bpf_prog_info info{};
    std::uint32_t length = sizeof info;
    REQUIRE(bpf_obj_get_info_by_fd(fd, &info, &length) == 0);
    return info.id;
  };
  const auto load = [] { return live::load(BPF_PROG_TYPE_SOCKET_FILTER, {live::move_number(0, 0), live::leave()}); };
  auto program = load();
  auto map = live::make(BPF_MAP_TYPE_HASH, 4, 8, 10);
  for (int i = 0; i < 1'000'000 && id_of(program.get()) != map->info().id; ++i) {
    if (id_of(program.get()) < map->info().id) {
      program = load();
    } else {
      map = live::make(BPF_MAP_TYPE_HASH, 4, 8, 10);
    }
  }
  REQUIRE(id_of(program.get()) == map->info().id);
  REQUIRE(bpf_obj_pin(program.get(), path.c_str()) == 0);
  CHECK_THROWS_AS(map->unpin(path), bccxx::SystemError);
  CHECK(fs::exists(path));
}

TEST_CASE("directories made for a pin are their owner's alone") {
  const Directory directory;
  const Counts counts(live::make(BPF_MAP_TYPE_HASH, 4, 8, 10));
  counts.pin(directory / "a/counts");
  CHECK(fs::status(directory / "a").permissions() == fs::perms::owner_all);
}

TEST_CASE("outside a BPF file system nothing is made") {
  const auto place = fs::temp_directory_path() / ("bccxx-pin-" + std::to_string(::getpid()));
  const Counts counts(live::make(BPF_MAP_TYPE_HASH, 4, 8, 10));
  try {
    counts.pin(place / "a" / "b");
    FAIL("no exception");
  } catch (const bccxx::SystemError& error) {
    CHECK(error.code().value() == ENOTSUP);
    CHECK(error.hint().find("mount -t bpf") != std::string::npos);
  }
  CHECK_FALSE(fs::exists(place));
}

TEST_CASE("a map is opened by its id, and one that has gone is not there") {
  std::uint32_t id = 0;
  {
    const Counts counts(live::make(BPF_MAP_TYPE_HASH, 4, 8, 10));
    counts.update(5, 6);
    id = counts.map()->info().id;
    CHECK(Counts(bccxx::Map::open(id))[5] == 6U);
  }
  CHECK_THROWS_AS(bccxx::Map::open(0xfffffff0), bccxx::SystemError);
}

TEST_CASE("a similar map has the shape and types, and nothing in it") {
  const auto map = live::make_with_types(BPF_MAP_TYPE_HASH, 10, [](btf* types) {
    const int number = btf__add_int(types, "unsigned int", 4, 0);
    return std::pair(number, number);
  });
  const std::uint32_t one = 1;
  live::put(map, one, one);
  const auto other = map->create_similar("other");
  CHECK(other->info().id != map->info().id);
  CHECK(other->info().btf_id == map->info().btf_id);
  CHECK(other->name() == "other");
  const bccxx::HashTable<std::uint32_t, std::uint32_t> table(other);
  CHECK(table.size() == 0);
  CHECK(table.capacity() == 10);
}
