// Hashes: keys that are there and absent, full tables, batches, and handles that do not fit.

#include <bccxx/support/error.hpp>
#include <bccxx/tables/hash.hpp>

#include "live_map.hpp"

#include <algorithm>
#include <cerrno>
#include <map>
#include <set>

using bccxx::HashTable;
using bccxx::Update;

namespace {

using Counts = HashTable<std::uint32_t, std::uint64_t>;

struct Key {
  std::uint32_t pid;
  char comm[16];
};

}  // namespace

TEST_CASE("a hash reads back what was written") {
  const auto type = GENERATE(BPF_MAP_TYPE_HASH, BPF_MAP_TYPE_LRU_HASH);
  const auto map = live::make(type, 4, 8, 1000);
  const Counts counts(map);
  live::put(map, std::uint32_t{7}, std::uint64_t{70});
  CHECK(counts.find(7) == 70U);
  CHECK(counts[7] == 70U);
  CHECK(counts.contains(7));
  CHECK_FALSE(counts.find(8));
  CHECK_FALSE(counts.contains(8));

  counts.update(8, 80);
  CHECK(counts.size() == 2);
  auto keys = counts.keys();
  std::sort(keys.begin(), keys.end());
  CHECK(keys == std::vector<std::uint32_t>{7, 8});
  auto values = counts.values();
  std::sort(values.begin(), values.end());
  CHECK(values == std::vector<std::uint64_t>{70, 80});
  const auto items = counts.items();
  CHECK((std::map<std::uint32_t, std::uint64_t>(items.begin(), items.end())) ==
        (std::map<std::uint32_t, std::uint64_t>{{7, 70}, {8, 80}}));
}

TEST_CASE("an absent key is a KeyError that names table and key") {
  const Counts counts(live::make(BPF_MAP_TYPE_HASH, 4, 8, 10, 0, "counts"));
  try {
    static_cast<void>(counts[4711]);
    FAIL("no exception");
  } catch (const bccxx::KeyError& error) {
    CHECK(error.table() == "counts");
    CHECK(error.key() == "4711");
  }
}

TEST_CASE("removing and popping say whether the key was there") {
  const Counts counts(live::make(BPF_MAP_TYPE_HASH, 4, 8, 10));
  counts.update(1, 10);
  counts.update(2, 20);
  counts.update(3, 30);
  CHECK(counts.remove(1));
  CHECK_FALSE(counts.remove(1));
  CHECK(counts.pop(2) == 20U);
  CHECK_FALSE(counts.pop(2));
  const std::vector<std::uint32_t> both = {3, 4};
  CHECK(counts.remove(both) == 1);
  CHECK(counts.size() == 0);
}

TEST_CASE("update flags are the kernel's") {
  const Counts counts(live::make(BPF_MAP_TYPE_HASH, 4, 8, 10));
  CHECK_THROWS_MATCHES(counts.update(1, 1, Update::exist), bccxx::SystemError,
                       Catch::Predicate<bccxx::SystemError>([](const auto& e) { return e.code().value() == ENOENT; }));
  counts.update(1, 1, Update::noexist);
  CHECK_THROWS_MATCHES(counts.update(1, 2, Update::noexist), bccxx::SystemError,
                       Catch::Predicate<bccxx::SystemError>([](const auto& e) { return e.code().value() == EEXIST; }));
  CHECK_FALSE(counts.insert(1, 3));
  CHECK(counts.insert(2, 3));
  counts.update(1, 5, Update::exist);
  CHECK(counts[1] == 5U);
}

TEST_CASE("a full hash says so and keeps what it has") {
  const Counts counts(live::make(BPF_MAP_TYPE_HASH, 4, 8, 4, 0, "small"));
  for (std::uint32_t i = 0; i < 4; ++i) counts.update(i, i);
  try {
    counts.update(4, 4);
    FAIL("no exception");
  } catch (const bccxx::SystemError& error) {
    CHECK(error.code().value() == E2BIG);
    CHECK(std::string(error.what()).find("small") != std::string::npos);
    CHECK(std::string(error.what()).find("4 entries") != std::string::npos);
  }
  CHECK(counts.size() == 4);
}

TEST_CASE("many entries are written and read with batches, up to the last place of the map") {
  constexpr std::uint32_t entries = 50'000;
  const auto type = GENERATE(BPF_MAP_TYPE_HASH, BPF_MAP_TYPE_LRU_HASH);
  const Counts counts(live::make(type, 4, 8, entries));
  std::vector<std::pair<std::uint32_t, std::uint64_t>> written;
  for (std::uint32_t i = 0; i < entries; ++i) written.emplace_back(i * 7, i);
  counts.update_many(written);
  auto read = counts.items();
  std::sort(read.begin(), read.end());
  if (type == BPF_MAP_TYPE_HASH) CHECK(read == written);
  // An LRU may drop entries before it is full, but never makes one up.
  CHECK(std::includes(written.begin(), written.end(), read.begin(), read.end()));
  CHECK(read.size() > entries / 2);
}

TEST_CASE("drain gives everything once and leaves nothing") {
  const Counts counts(live::make(BPF_MAP_TYPE_HASH, 4, 8, 20'000));
  std::vector<std::pair<std::uint32_t, std::uint64_t>> written;
  for (std::uint32_t i = 0; i < 20'000; ++i) written.emplace_back(i, i + 1);
  counts.update_many(written);
  auto drained = counts.drain();
  std::sort(drained.begin(), drained.end());
  CHECK(drained == written);
  CHECK(counts.size() == 0);
}

TEST_CASE("clear removes every entry, zero keeps the keys") {
  const Counts counts(live::make(BPF_MAP_TYPE_HASH, 4, 8, 1000));
  for (std::uint32_t i = 0; i < 1000; ++i) counts.update(i, i + 1);
  counts.zero();
  CHECK(counts.size() == 1000);
  const auto values = counts.values();
  CHECK(std::all_of(values.begin(), values.end(), [](std::uint64_t v) { return v == 0; }));
  counts.clear();
  CHECK(counts.size() == 0);
}

TEST_CASE("an LRU hash that overflows drops old entries instead of refusing new ones") {
  const Counts counts(live::make(BPF_MAP_TYPE_LRU_HASH, 4, 8, 100));
  for (std::uint32_t i = 0; i < 1000; ++i) counts.update(i, i);
  CHECK(counts.find(999) == 999U);
  CHECK(counts.size() <= 100);
}

TEST_CASE("struct keys and values keep every byte") {
  const HashTable<Key, Key> table(live::make(BPF_MAP_TYPE_HASH, sizeof(Key), sizeof(Key), 10));
  const Key key = {42, "bash"};
  const Key value = {43, "fifteen letters"};
  table.update(key, value);
  const auto found = table.find(key);
  REQUIRE(found);
  CHECK(found->pid == 43);
  CHECK(std::string(found->comm) == "fifteen letters");
}

TEST_CASE("a handle of the wrong kind or size is refused with both named") {
  const auto map = live::make(BPF_MAP_TYPE_ARRAY, 4, 8, 10, 0, "slots");
  try {
    const Counts counts(map);
    FAIL("no exception");
  } catch (const bccxx::TypeMismatch& error) {
    CHECK(error.part() == "kind");
    CHECK(error.expected() == "hash or lru_hash");
    CHECK(error.actual() == "array");
  }
  const auto hash = live::make(BPF_MAP_TYPE_HASH, 8, 16, 10, 0, "wide");
  try {
    const Counts counts(hash);
    FAIL("no exception");
  } catch (const bccxx::TypeMismatch& error) {
    CHECK(error.part() == "key");
    CHECK(error.expected_size() == 4);
    CHECK(error.actual_size() == 8);
    CHECK(error.table() == "wide");
  }
  CHECK_THROWS_AS((HashTable<std::uint64_t, std::uint64_t>(hash)), bccxx::TypeMismatch);
}

TEST_CASE("a frozen table refuses writes and says why") {
  const Counts counts(live::make(BPF_MAP_TYPE_HASH, 4, 8, 10));
  counts.update(1, 1);
  CHECK_FALSE(counts.map()->frozen());
  counts.freeze();
  CHECK(counts.map()->frozen());
  try {
    counts.update(1, 2);
    FAIL("no exception");
  } catch (const bccxx::SystemError& error) {
    CHECK(error.code().value() == EPERM);
    CHECK(error.hint() == "the map is frozen");
  }
  CHECK(counts[1] == 1U);
}

TEST_CASE("a table outlives every other owner of its map") {
  auto map = live::make(BPF_MAP_TYPE_HASH, 4, 8, 10);
  const Counts counts(map);
  map.reset();
  counts.update(1, 2);
  CHECK(counts[1] == 2U);
}
