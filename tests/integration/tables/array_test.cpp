// Arrays, through bpf(2) and mapped into memory.

#include <bccxx/support/error.hpp>
#include <bccxx/tables/array.hpp>

#include "live_map.hpp"

#include <cerrno>

using bccxx::ArrayTable;

TEST_CASE("an array reads back what was written") {
  const auto map = live::make(BPF_MAP_TYPE_ARRAY, 4, 8, 3);
  const ArrayTable<std::uint64_t> slots(map);
  live::put(map, std::uint32_t{1}, std::uint64_t{11});
  CHECK(slots.size() == 3);
  CHECK(slots[1] == 11U);
  CHECK(slots[0] == 0U);
  CHECK(slots.values() == std::vector<std::uint64_t>{0, 11, 0});
  CHECK(slots.keys() == std::vector<std::uint32_t>{0, 1, 2});
  CHECK(slots.items().at(1) == std::pair<std::uint32_t, std::uint64_t>(1, 11));
}

TEST_CASE("an index outside the array is absent") {
  const ArrayTable<std::uint64_t> slots(live::make(BPF_MAP_TYPE_ARRAY, 4, 8, 3));
  CHECK_FALSE(slots.find(3));
  CHECK_THROWS_AS(slots[3], bccxx::KeyError);
  CHECK_THROWS_AS(slots.update(3, 1), bccxx::KeyError);
  slots.update(2, 1);
  CHECK(slots[2] == 1U);
}

TEST_CASE("clearing an array zeroes it") {
  const ArrayTable<std::uint64_t> slots(live::make(BPF_MAP_TYPE_ARRAY, 4, 8, 5000));
  for (std::uint32_t i = 0; i < 5000; ++i) slots.update(i, i + 1);
  CHECK(slots.values().back() == 5000);
  slots.clear();
  CHECK(slots.values() == std::vector<std::uint64_t>(5000));
}

TEST_CASE("an array of values that are not a multiple of 8 bytes reads the same mapped and not mapped") {
  struct Odd {
    std::uint8_t bytes[5];
  };
  const auto flags = GENERATE(0U, static_cast<unsigned>(BPF_F_MMAPABLE));
  const ArrayTable<Odd> slots(live::make(BPF_MAP_TYPE_ARRAY, 4, sizeof(Odd), 1000, flags));
  CHECK(slots.mapped().has_value() == (flags != 0));
  for (std::uint32_t i = 0; i < 1000; ++i) slots.update(i, Odd{{static_cast<std::uint8_t>(i), 1, 2, 3, 4}});
  const auto values = slots.values();
  const auto items = slots.items();
  REQUIRE(values.size() == 1000);
  REQUIRE(items.size() == 1000);
  for (std::uint32_t i = 0; i < 1000; ++i) {
    REQUIRE(values[i].bytes[0] == static_cast<std::uint8_t>(i));
    REQUIRE(values[i].bytes[4] == 4);
    REQUIRE(items[i].first == i);
    REQUIRE(items[i].second.bytes[0] == static_cast<std::uint8_t>(i));
  }
}

TEST_CASE("a mapped array shows writes at once and outlives its table") {
  std::optional<bccxx::MappedArray<std::uint64_t>> mapped;
  const auto map = live::make(BPF_MAP_TYPE_ARRAY, 4, 8, 10, BPF_F_MMAPABLE);
  {
    const ArrayTable<std::uint64_t> slots(map);
    mapped = slots.mapped();
  }
  REQUIRE(mapped);
  CHECK((*mapped)[4] == 0);
  live::put(map, std::uint32_t{4}, std::uint64_t{44});
  CHECK((*mapped)[4] == 44);
  CHECK(mapped->size() == 10);
}

TEST_CASE("an array handle refuses a hash") {
  CHECK_THROWS_AS(ArrayTable<std::uint64_t>(live::make(BPF_MAP_TYPE_HASH, 4, 8, 3)), bccxx::TypeMismatch);
  CHECK_THROWS_AS(ArrayTable<std::uint32_t>(live::make(BPF_MAP_TYPE_ARRAY, 4, 8, 3)), bccxx::TypeMismatch);
}
