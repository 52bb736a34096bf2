// Counts are taken out of tables while programs go on counting: none is lost or taken twice.

#include <bccxx/support/cpus.hpp>
#include <bccxx/support/error.hpp>
#include <bccxx/tables/array.hpp>
#include <bccxx/tables/hash.hpp>
#include <bccxx/tables/histogram.hpp>
#include <bccxx/tables/percpu_array.hpp>
#include <bccxx/tables/percpu_hash.hpp>

#include "live_map.hpp"
#include "live_program.hpp"
#include "live_runs.hpp"

#include <sched.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

using bccxx::ArrayTable;
using bccxx::HashTable;
using bccxx::Histogram;

namespace {

/// Drains while two programs count on two CPUs; gives what was drained and what was counted.
template <class Drain>
void check_exact(int program, Drain&& drain, live::RunsOn on = live::RunsOn::packets) {
  live::Runs one(program, on);
  live::Runs two(program, on);
  std::uint64_t drained = 0;
  std::uint64_t rounds_with_counts = 0;
  while (rounds_with_counts < 150) {
    const std::uint64_t now = drain();
    drained += now;
    rounds_with_counts += now != 0 ? 1 : 0;
  }
  const auto counted = one.finish() + two.finish();
  drained += drain();
  CHECK(drained == counted);
  CHECK(drain() == 0);
}

/// While it lives, this thread may run on the first CPU alone.
class OnOneCpu {
 public:
  OnOneCpu() {
    REQUIRE(::sched_getaffinity(0, sizeof before_, &before_) == 0);
    CPU_ZERO(&one);
    CPU_SET(static_cast<std::size_t>(bccxx::online_cpus().front()), &one);
    REQUIRE(::sched_setaffinity(0, sizeof one, &one) == 0);
  }
  ~OnOneCpu() { CHECK(::sched_setaffinity(0, sizeof before_, &before_) == 0); }
  OnOneCpu(const OnOneCpu&) = delete;
  OnOneCpu& operator=(const OnOneCpu&) = delete;

  cpu_set_t one;

 private:
  cpu_set_t before_;
};

}  // namespace

TEST_CASE("draining loses and doubles no count") {
  SECTION("in an array, mapped or not, of numbers of either size") {
    const auto map = live::make(BPF_MAP_TYPE_ARRAY, 4, 8, 4, GENERATE(0U, std::uint32_t{BPF_F_MMAPABLE}));
    const ArrayTable<std::uint64_t> counts(map);
    check_exact(live::counter(map->fd(), 2).get(), [&] {
      const auto values = counts.drain();
      CHECK(values.size() == 4);
      CHECK(values[1] == 0);
      return values[2];
    });
    CHECK(counts[2] == 0U);
  }
  SECTION("in an array with a value for each CPU") {
    const auto map = live::make(BPF_MAP_TYPE_PERCPU_ARRAY, 4, 8, 4);
    const bccxx::PercpuArrayTable<std::uint64_t> counts(map);
    const auto drain = [&] {
      const auto values = counts.drain();
      CHECK(values.size() == 4);
      std::uint64_t sum = 0;
      for (const auto count : values[2]) sum += count;
      return sum;
    };
    SECTION("with atomic additions") { check_exact(live::counter(map->fd(), 2).get(), drain); }
    SECTION("with plain ones, where the kernel does not preempt the program") {
      check_exact(live::counter(map->fd(), 2, live::Adding::plain, BPF_PROG_TYPE_RAW_TRACEPOINT).get(), drain,
                  live::RunsOn::raw_tracepoint);
    }
  }
  SECTION("in a hash") {
    const auto map = live::make(GENERATE(BPF_MAP_TYPE_HASH, BPF_MAP_TYPE_LRU_HASH), 4, 8, 4);
    const HashTable<std::uint32_t, std::uint64_t> counts(map);
    counts.update(2, 0);
    check_exact(live::counter(map->fd(), 2).get(), [&] {
      std::uint64_t sum = 0;
      for (const auto& [key, count] : counts.drain_counts()) {
        CHECK(key == 2);
        CHECK(count != 0);
        sum += count;
      }
      return sum;
    });
    CHECK(counts[2] == 0U);
  }
  SECTION("in a hash with a value for each CPU") {
    const auto map = live::make(GENERATE(BPF_MAP_TYPE_PERCPU_HASH, BPF_MAP_TYPE_LRU_PERCPU_HASH), 4, 8, 8);
    const bccxx::PercpuHashTable<std::uint32_t, std::uint64_t> counts(map);
    counts.update(2, std::vector<std::uint64_t>(bccxx::possible_cpus()));
    check_exact(live::counter(map->fd(), 2).get(), [&] {
      std::uint64_t sum = 0;
      for (const auto& [key, by_cpu] : counts.drain_counts()) {
        for (const auto count : by_cpu) sum += count;
      }
      return sum;
    });
    CHECK(counts.sum(2) == 0U);
  }
  SECTION("in a histogram") {
    const auto type =
        GENERATE(BPF_MAP_TYPE_ARRAY, BPF_MAP_TYPE_PERCPU_ARRAY, BPF_MAP_TYPE_HASH, BPF_MAP_TYPE_PERCPU_HASH);
    const auto map = live::make(type, 4, 8, 8);
    const Histogram<> dist(map);
    if (type == BPF_MAP_TYPE_HASH || type == BPF_MAP_TYPE_PERCPU_HASH) {
      live::put(map, 2, std::array<std::uint64_t, 64>{});
    }
    check_exact(live::counter(map->fd(), 2).get(), [&] {
      std::uint64_t sum = 0;
      for (const auto& [slot, count] : dist.drain().items()) sum += count;
      return sum;
    });
  }
}

TEST_CASE("the counts of every key are drained, whatever the sizes of key, number and table") {
  struct Key {
    std::array<std::uint32_t, 7> words;
  };
  const HashTable<Key, std::uint32_t> odd(live::make(BPF_MAP_TYPE_HASH, sizeof(Key), 4, 10'000));
  for (std::uint32_t i = 0; i < 3000; ++i) odd.update({{i, 1, 2, 3, 4, 5, i}}, i);
  std::uint64_t sum = 0;
  for (const auto& [key, count] : odd.drain_counts()) {
    REQUIRE(key.words[6] == count);
    sum += count;
  }
  CHECK(sum == std::uint64_t{3000} * 2999 / 2);
  CHECK(odd.drain_counts().empty());
  CHECK(odd.size() == 3000);

  const ArrayTable<std::uint32_t> narrow(live::make(BPF_MAP_TYPE_ARRAY, 4, 4, 100'000));
  for (const std::uint32_t i : {0U, 63U, 64U, 4095U, 4096U, 99'999U}) narrow.update(i, i + 1);
  const auto values = narrow.drain();
  REQUIRE(values.size() == 100'000);
  CHECK(values[0] == 1);
  CHECK(values[64] == 65);
  CHECK(values[4096] == 4097);
  CHECK(values[99'999] == 100'000);
  CHECK(std::accumulate(values.begin(), values.end(), std::uint64_t{0}) == 1 + 64 + 65 + 4096 + 4097 + 100'000);
  const auto again = narrow.drain();
  CHECK(std::count(again.begin(), again.end(), 0U) == 100'000);

  const bccxx::PercpuArrayTable<std::int32_t> each(live::make(BPF_MAP_TYPE_PERCPU_ARRAY, 4, 4, 9));
  std::vector<std::int32_t> by_cpu(bccxx::possible_cpus());
  std::iota(by_cpu.begin(), by_cpu.end(), -1);
  each.update(8, by_cpu);
  CHECK(each.drain()[8] == by_cpu);
  CHECK(each.getvalue(8) == std::vector<std::int32_t>(by_cpu.size()));
}

TEST_CASE("draining leaves every key, so that a program that adds only to keys it finds goes on counting") {
  const auto map = live::make(GENERATE(BPF_MAP_TYPE_HASH, BPF_MAP_TYPE_LRU_HASH), 4, 8, 4);
  const HashTable<std::uint32_t, std::uint64_t> counts(map);
  for (std::uint32_t key = 0; key < 4; ++key) counts.update(key, 5);
  CHECK(counts.drain_counts().size() == 4);
  CHECK(counts.drain_counts().empty());
  CHECK(Histogram<>(map).drain().items().empty());
  CHECK(counts.size() == 4);
  CHECK(live::run_on_packet(live::counter(map->fd(), 2).get()) == 1);
  CHECK(counts.drain_counts() == std::vector{std::pair(2U, std::uint64_t{1})});
}

TEST_CASE("keys on which nothing was counted go where that is asked for") {
  const HashTable<std::uint32_t, std::uint64_t> counts(live::make(BPF_MAP_TYPE_HASH, 4, 8, 64));
  for (std::uint32_t key = 0; key < 3; ++key) counts.update(key, 5);
  CHECK(counts.drain_counts(bccxx::IdleKeys::remove).size() == 3);
  CHECK(counts.size() == 3);
  counts.update(7, 1);
  CHECK(counts.drain_counts(bccxx::IdleKeys::remove) == std::vector{std::pair(7U, std::uint64_t{1})});
  CHECK(counts.keys() == std::vector<std::uint32_t>{7});

  const auto each = live::make(BPF_MAP_TYPE_PERCPU_HASH, 4, 8, 64);
  const bccxx::PercpuHashTable<std::uint32_t, std::uint64_t> by_cpu(each);
  by_cpu.update(1, std::vector<std::uint64_t>(bccxx::possible_cpus()));
  by_cpu.update(2, std::vector<std::uint64_t>(bccxx::possible_cpus(), 1));
  CHECK(by_cpu.drain_counts(bccxx::IdleKeys::remove).size() == 1);
  CHECK(by_cpu.keys() == std::vector<std::uint32_t>{2});
  CHECK(Histogram<>(each).drain(bccxx::IdleKeys::remove).items().empty());
  CHECK(by_cpu.size() == 0);
}

TEST_CASE("draining an LRU hash makes no key one used of late on which nothing was counted") {
  const OnOneCpu here;
  const HashTable<std::uint32_t, std::uint64_t> counts(live::make(BPF_MAP_TYPE_LRU_HASH, 4, 8, 4096));
  constexpr std::uint32_t counted = 500;
  constexpr std::uint32_t all = 3500;
  // The oldest are those that would go first, if all had been used alike.
  for (std::uint32_t key = 0; key < all; ++key) counts.update(key, key < counted ? 1 : 0);
  CHECK(counts.drain_counts().size() == counted);
  for (std::uint32_t key = all; key < all + 2000; ++key) counts.update(key, 0);
  std::size_t left = 0;
  for (std::uint32_t key = 0; key < counted; ++key) left += counts.find(key) ? 1 : 0;
  CHECK(left >= counted * 9 / 10);  // the kernel's order of use is approximate
}

TEST_CASE("the values of a CPU that this thread may not run on are drained too, and the thread stays where it is") {
  const OnOneCpu here;
  const bccxx::PercpuArrayTable<std::uint64_t> counts(live::make(BPF_MAP_TYPE_PERCPU_ARRAY, 4, 8, 1));
  const std::vector<std::uint64_t> ones(bccxx::possible_cpus(), 1);
  counts.update(0, ones);
  const auto drained = counts.drain();
  cpu_set_t after;
  REQUIRE(::sched_getaffinity(0, sizeof after, &after) == 0);
  CHECK(CPU_EQUAL(&after, &here.one) != 0);
  CHECK(drained[0] == ones);
}

TEST_CASE("a table that may not be written is not drained, and says why") {
  const auto type = GENERATE(BPF_MAP_TYPE_ARRAY, BPF_MAP_TYPE_PERCPU_ARRAY);
  const auto drain = [&](std::uint32_t flags, bool frozen) {
    const auto map = live::make(type, 4, 8, 4, flags, "plain");
    if (frozen) map->freeze();
    if (type == BPF_MAP_TYPE_ARRAY) return static_cast<void>(ArrayTable<std::uint64_t>(map).drain());
    static_cast<void>(bccxx::PercpuArrayTable<std::uint64_t>(map).drain());
  };
  try {
    drain(0, true);
    FAIL("drained");
  } catch (const bccxx::SystemError& error) {
    CHECK(error.code().value() == EPERM);
    CHECK(error.hint() == "the map is frozen");
  }
  CHECK_THROWS_AS(drain(BPF_F_RDONLY, false), bccxx::SystemError);
  CHECK_THROWS_WITH(drain(BPF_F_RDONLY_PROG, false),
                    Catch::Matchers::Contains("plain") && Catch::Matchers::Contains("read and write"));
}
