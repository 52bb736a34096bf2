// Values for each CPU, of any size.

#include <bccxx/support/cpus.hpp>
#include <bccxx/support/error.hpp>
#include <bccxx/tables/percpu_array.hpp>
#include <bccxx/tables/percpu_hash.hpp>

#include "live_map.hpp"

#include <map>
#include <numeric>

using bccxx::PercpuArrayTable;
using bccxx::PercpuHashTable;

namespace {

template <class V>
std::vector<V> by_cpu(V first) {
  std::vector<V> values(bccxx::possible_cpus());
  std::iota(values.begin(), values.end(), first);
  return values;
}

}  // namespace

TEST_CASE("sums over CPUs") {
  const PercpuHashTable<std::uint32_t, std::uint64_t> counts(live::make(BPF_MAP_TYPE_PERCPU_HASH, 4, 8, 10));
  const auto values = by_cpu<std::uint64_t>(5);
  counts.update(1, values);
  CHECK(counts.getvalue(1) == values);
  CHECK(counts[1] == values);
  const auto sum = std::accumulate(values.begin(), values.end(), std::uint64_t{0});
  CHECK(counts.sum(1) == sum);
  CHECK(counts.max(1) == values.back());
  CHECK(counts.average(1) == Approx(static_cast<double>(sum) / static_cast<double>(values.size())));
  CHECK(counts.sums() == std::vector<std::pair<std::uint32_t, std::uint64_t>>{{1, sum}});
}

TEST_CASE("a per-CPU value of the kernel's own layout is read CPU by CPU") {
  const auto map = live::make(BPF_MAP_TYPE_PERCPU_ARRAY, 4, 4, 2);
  std::vector<std::uint64_t> raw(bccxx::possible_cpus());
  for (std::size_t cpu = 0; cpu < raw.size(); ++cpu) raw[cpu] = 100 + cpu;
  const std::uint32_t index = 1;
  REQUIRE(bpf_map_update_elem(map->fd(), &index, raw.data(), BPF_ANY) == 0);
  const PercpuArrayTable<std::int32_t> slots(map);
  for (std::size_t cpu = 0; cpu < raw.size(); ++cpu) CHECK(slots[1][cpu] == static_cast<std::int32_t>(raw[cpu]));
  CHECK(slots[0] == std::vector<std::int32_t>(bccxx::possible_cpus()));
}

TEST_CASE("per-CPU values of any size keep their bytes") {
  struct Odd {
    std::uint8_t bytes[13];
  };
  const auto type = GENERATE(BPF_MAP_TYPE_PERCPU_HASH, BPF_MAP_TYPE_LRU_PERCPU_HASH);
  const PercpuHashTable<std::uint32_t, Odd> table(live::make(type, 4, sizeof(Odd), 500));
  for (std::uint32_t key = 0; key < 200; ++key) {
    std::vector<Odd> values(bccxx::possible_cpus());
    for (std::size_t cpu = 0; cpu < values.size(); ++cpu) {
      values[cpu].bytes[0] = static_cast<std::uint8_t>(key);
      values[cpu].bytes[12] = static_cast<std::uint8_t>(cpu + 1);
    }
    table.update(key, values);
  }
  const auto items = table.items();
  CHECK(items.size() > 100);
  for (const auto& [key, values] : items) {
    REQUIRE(values.size() == bccxx::possible_cpus());
    for (std::size_t cpu = 0; cpu < values.size(); ++cpu) {
      REQUIRE(values[cpu].bytes[0] == static_cast<std::uint8_t>(key));
      REQUIRE(values[cpu].bytes[12] == static_cast<std::uint8_t>(cpu + 1));
    }
  }
}

TEST_CASE("sums of narrow values do not overflow and negative ones stay negative") {
  const PercpuArrayTable<std::int8_t> slots(live::make(BPF_MAP_TYPE_PERCPU_ARRAY, 4, 1, 1));
  slots.update(0, std::vector<std::int8_t>(bccxx::possible_cpus(), -100));
  CHECK(slots.sum(0) == -100 * static_cast<std::int64_t>(bccxx::possible_cpus()));
  CHECK(slots.max(0) == -100);
  CHECK(slots.average(0) == Approx(-100.0));
}

TEST_CASE("an absent per-CPU key is nullopt or a KeyError") {
  const PercpuHashTable<std::uint32_t, std::uint64_t> counts(live::make(BPF_MAP_TYPE_PERCPU_HASH, 4, 8, 10));
  CHECK_FALSE(counts.find(9));
  CHECK_FALSE(counts.contains(9));
  CHECK_FALSE(counts.pop(9));
  CHECK_FALSE(counts.remove(9));
  CHECK_THROWS_AS(counts[9], bccxx::KeyError);
  CHECK_THROWS_AS(counts.sum(9), bccxx::KeyError);
  CHECK_THROWS_AS(counts.max(9), bccxx::KeyError);
  CHECK_THROWS_AS(counts.average(9), bccxx::KeyError);
  const PercpuArrayTable<std::uint64_t> slots(live::make(BPF_MAP_TYPE_PERCPU_ARRAY, 4, 8, 3));
  CHECK_FALSE(slots.find(3));
  CHECK_THROWS_AS(slots.update(3, by_cpu<std::uint64_t>(0)), bccxx::KeyError);
}

TEST_CASE("a per-CPU update needs a value for each CPU") {
  const PercpuArrayTable<std::uint64_t> slots(live::make(BPF_MAP_TYPE_PERCPU_ARRAY, 4, 8, 3));
  CHECK_THROWS_AS(slots.update(0, std::vector<std::uint64_t>(bccxx::possible_cpus() + 1)), std::invalid_argument);
}

TEST_CASE("per-CPU tables are popped, drained and cleared") {
  const PercpuHashTable<std::uint32_t, std::uint64_t> counts(live::make(BPF_MAP_TYPE_PERCPU_HASH, 4, 8, 100));
  for (std::uint32_t key = 0; key < 50; ++key) counts.update(key, by_cpu<std::uint64_t>(key));
  CHECK(counts.pop(7) == by_cpu<std::uint64_t>(7));
  CHECK_FALSE(counts.contains(7));
  const auto drained = counts.drain();
  CHECK(drained.size() == 49);
  for (const auto& [key, values] : drained) CHECK(values == by_cpu<std::uint64_t>(key));
  CHECK(counts.size() == 0);
  const PercpuArrayTable<std::uint64_t> slots(live::make(BPF_MAP_TYPE_PERCPU_ARRAY, 4, 8, 3));
  slots.update(1, by_cpu<std::uint64_t>(1));
  slots.clear();
  CHECK(slots.sum(1) == 0);
}
