// Whole tables are read, by batches and by walking, while others write.

#include <bccxx/support/cpus.hpp>
#include <bccxx/support/error.hpp>
#include <bccxx/tables/detail/bytes.hpp>
#include <bccxx/tables/detail/core.hpp>

#include "live_map.hpp"

#include <atomic>
#include <map>
#include <thread>
#include <unordered_map>
#include <vector>

using bccxx::MapKind;
using bccxx::detail::Core;
using bccxx::detail::Reading;

namespace {

Core core_of(const bccxx::MapPtr& map) { return Core(map, {map->kind()}, {}, {}); }

std::unordered_map<std::uint64_t, int> times_seen(const Core& core, Reading reading) {
  std::unordered_map<std::uint64_t, int> seen;
  core.read(
      [&](const std::byte* keys, const std::byte* /*values*/, std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) ++seen[bccxx::detail::load<std::uint64_t>(keys + i * 8)];
      },
      reading);
  return seen;
}

/// Inserts and removes keys above `first` for as long as it lives.
class Churn {
 public:
  Churn(const bccxx::MapPtr& map, std::uint64_t first, std::uint64_t keys)
      : thread_([this, map, first, keys] {
          std::uint64_t round = 0;
          while (!stop_) {
            const std::uint64_t key = first + (round * 7919) % keys;
            if (bpf_map_delete_elem(map->fd(), &key) != 0) bpf_map_update_elem(map->fd(), &key, &round, BPF_ANY);
            ++round;
            changes_ = round;
          }
        }) {
    while (changes_ < keys) std::this_thread::yield();
  }
  ~Churn() {
    stop_ = true;
    thread_.join();
  }
  Churn(const Churn&) = delete;
  Churn& operator=(const Churn&) = delete;

  [[nodiscard]] std::uint64_t changes() const { return changes_; }

 private:
  std::atomic<bool> stop_ = false;
  std::atomic<std::uint64_t> changes_ = 0;
  std::thread thread_;
};

}  // namespace

TEST_CASE("every entry that stays is read once while others insert and remove") {
  constexpr std::uint64_t staying = 20'000;
  constexpr std::uint64_t first_changing = 1'000'000;
  const auto reading = GENERATE(Reading::batch, Reading::walk);
  const auto map = live::make(BPF_MAP_TYPE_HASH, 8, 8, 40'000);
  for (std::uint64_t key = 0; key < staying; ++key) live::put(map, key, key);
  const auto core = core_of(map);
  const Churn churn(map, first_changing, 10'000);

  const auto before = churn.changes();
  for (int round = 0; round < (reading == Reading::walk ? 4 : 20); ++round) {
    const auto seen = times_seen(core, reading);
    std::uint64_t missing = 0;
    std::uint64_t repeated = 0;
    for (std::uint64_t key = 0; key < staying; ++key) missing += seen.contains(key) ? 0 : 1;
    for (const auto& [key, times] : seen) repeated += times == 1 ? 0 : 1;
    CHECK(missing == 0);
    CHECK(repeated == 0);
  }
  CHECK(churn.changes() > before);
}

TEST_CASE("draining beside a writer loses no count") {
  const auto map = live::make(BPF_MAP_TYPE_HASH, 8, 8, 2000);
  const auto core = core_of(map);
  constexpr std::uint64_t writes = 200'000;
  std::atomic<bool> done = false;
  // Only ever inserts, and counts those the kernel took: each must come out of a drain exactly once.
  std::uint64_t inserted = 0;
  std::thread writer([&] {
    for (std::uint64_t i = 0; i < writes; ++i) {
      const std::uint64_t key = i % 1000;
      const std::uint64_t one = 1;
      if (bpf_map_update_elem(map->fd(), &key, &one, BPF_NOEXIST) == 0) ++inserted;
    }
    done = true;
  });
  std::uint64_t drained = 0;
  const auto drain = [&] {
    core.drain([&](const std::byte*, const std::byte* values, std::size_t count) {
      for (std::size_t i = 0; i < count; ++i) drained += bccxx::detail::load<std::uint64_t>(values + i * 8);
    });
  };
  while (!done) drain();
  writer.join();
  drain();
  CHECK(inserted > 1000);
  CHECK(drained == inserted);
}

TEST_CASE("batch and walk read the same from every kind of map that has both") {
  const auto type = GENERATE(BPF_MAP_TYPE_HASH, BPF_MAP_TYPE_LRU_HASH, BPF_MAP_TYPE_ARRAY, BPF_MAP_TYPE_PERCPU_HASH,
                             BPF_MAP_TYPE_PERCPU_ARRAY, BPF_MAP_TYPE_LRU_PERCPU_HASH);
  const auto map = live::make(type, 4, 5, 3000);
  const auto core = core_of(map);
  std::vector<std::byte> value(core.value_bytes(), std::byte{9});
  for (std::uint32_t key = 0; key < 1000; ++key) core.update(&key, value.data(), bccxx::Update::any);
  const auto all = [&core](Reading reading) {
    std::map<std::uint32_t, std::vector<std::byte>> result;
    core.read(
        [&](const std::byte* keys, const std::byte* values, std::size_t count) {
          for (std::size_t i = 0; i < count; ++i) {
            const auto* from = values + i * core.value_bytes();
            result[bccxx::detail::load<std::uint32_t>(keys + i * 4)].assign(from, from + core.value_bytes());
          }
        },
        reading);
    return result;
  };
  const auto by_batch = all(Reading::batch);
  CHECK(by_batch.size() >= 900);
  CHECK(by_batch == all(Reading::walk));
  CHECK(by_batch == all(Reading::automatic));
}

TEST_CASE("a map without batch commands is walked") {
  struct Prefix {
    std::uint32_t bits;
    std::uint8_t address[4];
  };
  const auto map = live::make(BPF_MAP_TYPE_LPM_TRIE, 8, 8, 100, BPF_F_NO_PREALLOC);
  for (std::uint8_t i = 0; i < 50; ++i) live::put(map, Prefix{24, {10, 0, i, 0}}, std::uint64_t{i});
  const auto seen = times_seen(core_of(map), Reading::automatic);
  CHECK(seen.size() == 50);
}

TEST_CASE("a bucket larger than the buffer makes the buffer grow") {
  // Values so large that the first buffer holds 16 entries, in a map so full that some bucket has more.
  constexpr std::uint32_t size = 8000;
  constexpr std::uint32_t entries = 4096;
  const auto map = live::make(BPF_MAP_TYPE_HASH, 8, size, entries, BPF_F_NO_PREALLOC);
  std::vector<std::byte> value(size);
  for (std::uint64_t key = 0; key < entries; ++key) {
    REQUIRE(bpf_map_update_elem(map->fd(), &key, value.data(), BPF_ANY) == 0);
  }
  const auto seen = times_seen(core_of(map), Reading::batch);
  CHECK(seen.size() == entries);
}

TEST_CASE("an empty table reads as empty") {
  const auto reading = GENERATE(Reading::batch, Reading::walk);
  CHECK(times_seen(core_of(live::make(BPF_MAP_TYPE_HASH, 8, 8, 10)), reading).empty());
}

TEST_CASE("a million entries are all read") {
  constexpr std::uint64_t entries = 1'000'000;
  const auto map = live::make(BPF_MAP_TYPE_HASH, 8, 8, entries);
  const auto core = core_of(map);
  std::vector<std::uint64_t> keys(entries);
  for (std::uint64_t i = 0; i < entries; ++i) keys[i] = i;
  core.update_many(reinterpret_cast<const std::byte*>(keys.data()), reinterpret_cast<const std::byte*>(keys.data()),
                   entries, bccxx::Update::any);
  CHECK(core.count() == entries);
  std::uint64_t sum = 0;
  core.read([&sum](const std::byte*, const std::byte* values, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) sum += bccxx::detail::load<std::uint64_t>(values + i * 8);
  });
  CHECK(sum == entries * (entries - 1) / 2);
}
