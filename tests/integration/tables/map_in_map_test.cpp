// Tables within tables.

#include <bccxx/support/error.hpp>
#include <bccxx/tables/array.hpp>
#include <bccxx/tables/hash.hpp>
#include <bccxx/tables/map_in_map.hpp>
#include <bccxx/tables/table.hpp>

#include "live_kinds.hpp"

#include <optional>

using bccxx::ArrayTable;
using bccxx::HashTable;
using bccxx::MapInMapTable;

namespace {

using Counters = ArrayTable<std::uint64_t>;

}  // namespace

TEST_CASE("an element is the inner table") {
  const auto type = GENERATE(bccxx::MapKind::array_of_maps, bccxx::MapKind::hash_of_maps);
  const auto shape = live::make(BPF_MAP_TYPE_ARRAY, 4, 8, 5);
  const MapInMapTable<std::uint32_t, Counters> table(live::map_of_maps(type, shape), shape);
  CHECK_FALSE(table.find(3));
  CHECK_THROWS_AS(table[3], bccxx::KeyError);
  const auto inner = table.create_inner();
  inner.update(2, 22);
  table.update(3, inner);
  CHECK(table[3][2] == 22U);
  table[3].update(2, 23);
  CHECK(inner[2] == 23U);
  CHECK(table.contains(3));
  CHECK(table.keys() == std::vector<std::uint32_t>{3});
  const auto items = table.items();
  REQUIRE(items.size() == 1);
  CHECK(items[0].second[2] == 23U);
  const auto kept = table[3];
  CHECK(table.remove(3));
  CHECK_FALSE(table.contains(3));
  CHECK(kept[2] == 23U);
}

TEST_CASE("an inner table unlike the declared one is refused with both shapes") {
  const auto shape = live::make(BPF_MAP_TYPE_HASH, 4, 8, 5);
  const auto map = live::map_of_maps(bccxx::MapKind::hash_of_maps, shape);
  const MapInMapTable<std::uint32_t, HashTable<std::uint64_t, std::uint64_t>> table(map, shape);
  const HashTable<std::uint64_t, std::uint64_t> wide(live::make(BPF_MAP_TYPE_HASH, 8, 8, 5));
  try {
    table.update(1, wide);
    FAIL("no exception");
  } catch (const bccxx::TypeMismatch& error) {
    CHECK(error.part() == "inner table");
    CHECK(error.expected().find("key 8 bytes") != std::string::npos);
    CHECK(error.actual().find("key 4 bytes") != std::string::npos);
  }
  // A handle that expects another inner type finds out when it reads.
  const MapInMapTable<std::uint32_t, HashTable<std::uint32_t, std::uint64_t>> right(map, shape);
  right.update(1, right.create_inner());
  CHECK_THROWS_AS(table[1], bccxx::TypeMismatch);
}

TEST_CASE("an inner table may have as many entries as the kernel allows") {
  struct Case {
    bpf_map_type type;
    std::uint32_t flags;
    bool accepted;
  };
  const auto [type, flags, accepted] =
      GENERATE(Case{BPF_MAP_TYPE_HASH, 0, true}, Case{BPF_MAP_TYPE_ARRAY, BPF_F_INNER_MAP, true},
               Case{BPF_MAP_TYPE_PERCPU_HASH, 0, true}, Case{BPF_MAP_TYPE_ARRAY, 0, false},
               Case{BPF_MAP_TYPE_ARRAY, BPF_F_MMAPABLE, false});
  CAPTURE(type, flags);
  const auto outer_type = GENERATE(bccxx::MapKind::array_of_maps, bccxx::MapKind::hash_of_maps);
  const auto shape = live::make(type, 4, 8, 5, flags);
  const MapInMapTable<std::uint32_t, bccxx::Table> table(live::map_of_maps(outer_type, shape), shape);
  const auto larger = table.create_inner("larger", 500);
  CHECK(larger.capacity() == 500);
  CHECK(larger.map()->info().flags == flags);
  if (accepted) {
    table.update(1, larger);
    CHECK(table[1].capacity() == 500);
  } else {
    try {
      table.update(1, larger);
      FAIL("no exception");
    } catch (const bccxx::TypeMismatch& error) {
      CHECK(error.part() == "inner table");
      CHECK(error.expected().find("500 entries") != std::string::npos);
      CHECK(error.actual().find("5 entries") != std::string::npos);
    }
    CHECK_FALSE(table.contains(1));
  }
  // Other flags are another shape, whatever the sizes.
  const auto other =
      live::make(type, 4, 8, 5, flags ^ (type == BPF_MAP_TYPE_ARRAY ? BPF_F_INNER_MAP : BPF_F_NO_PREALLOC));
  CHECK_THROWS_AS(table.update(1, bccxx::Table(other)), bccxx::TypeMismatch);
  // What an array of maps does not know has nothing to do with shapes.
  if (outer_type == bccxx::MapKind::array_of_maps) {
    CHECK_THROWS_AS(table.update(1, larger, bccxx::Update::noexist), bccxx::SystemError);
  }
}

TEST_CASE("without a template the shape comes from a table that is already there") {
  const auto shape = live::make(BPF_MAP_TYPE_ARRAY, 4, 8, 5);
  const MapInMapTable<std::uint32_t, Counters> table(live::map_of_maps(bccxx::MapKind::array_of_maps, shape));
  CHECK_THROWS_AS(table.create_inner(), bccxx::NotFound);
  table.update(0, Counters(shape));
  CHECK(table.create_inner("another").size() == 5);
  CHECK_THROWS_AS(table.update(10, Counters(shape)), bccxx::KeyError);
  table.clear();
  CHECK(table.keys().empty());
}
