// Every handle on a live map of every kind: it takes its own, and says of each other what it is.

#include <bccxx/support/error.hpp>
#include <bccxx/table_getters.hpp>
#include <bccxx/tables/perf_buffer.hpp>
#include <bccxx/tables/ring_buffer.hpp>
#include <bccxx/tables/stack.hpp>
#include <bccxx/tables/stack_build_id.hpp>
#include <bccxx/tables/user_ring_buffer.hpp>

#include "live_kinds.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

using namespace bccxx;
using Catch::Matchers::Contains;

namespace {

using Key = std::uint32_t;
using Value = std::uint64_t;
using Prefix = LpmKey<4>;

struct Handle {
  std::string name;
  std::vector<MapKind> kinds;
  std::function<void(const MapPtr&)> make;
  std::function<MapPtr(MapKind)> own_map = live::make_of_kind;
};

template <class T>
Handle handle(std::string name, std::vector<MapKind> kinds) {
  return {std::move(name), std::move(kinds), [](const MapPtr& map) { static_cast<void>(T(map)); }};
}

MapPtr with_build_ids(MapKind /*stack_trace*/) {
  return live::make(BPF_MAP_TYPE_STACK_TRACE, 4, 64, 4, BPF_F_STACK_BUILD_ID);
}

const std::vector<MapKind> untyped = {
    MapKind::hash,
    MapKind::array,
    MapKind::percpu_hash,
    MapKind::percpu_array,
    MapKind::lru_hash,
    MapKind::lru_percpu_hash,
    MapKind::lpm_trie,
    MapKind::stack_trace,
    MapKind::array_of_maps,
    MapKind::hash_of_maps,
    MapKind::prog_array,
    MapKind::devmap,
    MapKind::devmap_hash,
    MapKind::cpumap,
    MapKind::sockmap,
    MapKind::sockhash,
    MapKind::xskmap,
    MapKind::cgroup_storage,
    MapKind::percpu_cgroup_storage,
    MapKind::perf_event_array,
    MapKind::cgroup_array,
    MapKind::reuseport_sockarray,
    MapKind::sk_storage,
    MapKind::inode_storage,
    MapKind::task_storage,
    MapKind::cgrp_storage,
    MapKind::queue,
    MapKind::stack,
};

std::vector<Handle> handles() {
  return {
      handle<Table>("Table", untyped),
      handle<ArrayTable<Value>>("ArrayTable", {MapKind::array}),
      handle<HashTable<Key, Value>>("HashTable", {MapKind::hash, MapKind::lru_hash}),
      handle<PercpuArrayTable<Value>>("PercpuArrayTable", {MapKind::percpu_array}),
      handle<PercpuHashTable<Key, Value>>("PercpuHashTable", {MapKind::percpu_hash, MapKind::lru_percpu_hash}),
      handle<Histogram<Key, Value>>(
          "Histogram", {MapKind::array, MapKind::hash, MapKind::lru_hash, MapKind::percpu_array, MapKind::percpu_hash,
                        MapKind::lru_percpu_hash}),
      handle<LpmTrie<Prefix, Value>>("LpmTrie", {MapKind::lpm_trie}),
      handle<MapInMapTable<Key, ArrayTable<Value>>>("MapInMapTable", {MapKind::array_of_maps, MapKind::hash_of_maps}),
      handle<QueueStackTable<Value>>("QueueStackTable", {MapKind::queue, MapKind::stack}),
      handle<BloomFilter<Value>>("BloomFilter", {MapKind::bloom_filter}),
      handle<StackTable>("StackTable", {MapKind::stack_trace}),
      {"StackBuildIdTable",
       {MapKind::stack_trace},
       [](const MapPtr& map) { static_cast<void>(StackBuildIdTable(map)); },
       with_build_ids},
      handle<ProgTable>("ProgTable", {MapKind::prog_array}),
      handle<PerfEventArray>("PerfEventArray", {MapKind::perf_event_array}),
      handle<CgroupArray>("CgroupArray", {MapKind::cgroup_array}),
      handle<DevmapTable>("DevmapTable", {MapKind::devmap}),
      handle<DevmapHashTable>("DevmapHashTable", {MapKind::devmap_hash}),
      handle<CpumapTable>("CpumapTable", {MapKind::cpumap}),
      handle<XskmapTable>("XskmapTable", {MapKind::xskmap}),
      handle<SockmapTable>("SockmapTable", {MapKind::sockmap}),
      handle<SockhashTable<Key>>("SockhashTable", {MapKind::sockhash}),
      handle<CgStorageTable<Value>>("CgStorageTable", {MapKind::cgroup_storage}),
      handle<PercpuCgStorageTable<Value>>("PercpuCgStorageTable", {MapKind::percpu_cgroup_storage}),
      handle<SkStorageTable<Value>>("SkStorageTable", {MapKind::sk_storage}),
      handle<InodeStorageTable<Value>>("InodeStorageTable", {MapKind::inode_storage}),
      handle<TaskStorageTable<Value>>("TaskStorageTable", {MapKind::task_storage}),
      handle<CgrpStorageTable<Value>>("CgrpStorageTable", {MapKind::cgrp_storage}),
      {"PerfBuffer",
       {MapKind::perf_event_array},
       [](const MapPtr& map) { static_cast<void>(PerfBuffer(map, [](int, std::span<const std::byte>) {})); }},
      {"RingBuffer",
       {MapKind::ringbuf},
       [](const MapPtr& map) { static_cast<void>(RingBuffer(map, [](std::span<const std::byte>) {})); }},
      handle<UserRingBuffer>("UserRingBuffer", {MapKind::user_ringbuf}),
  };
}

/// One map of each kind; the youngest ones only where the kernel has them.
std::map<MapKind, MapPtr> every_kind() {
  std::map<MapKind, MapPtr> maps;
  for (auto number = std::uint32_t{1}; number <= static_cast<std::uint32_t>(MapKind::arena); ++number) {
    const auto kind = static_cast<MapKind>(number);
    if (kind == MapKind::cgrp_storage && !live::kernel_has_map_type("BPF_MAP_TYPE_CGRP_STORAGE")) continue;
    if (kind == MapKind::arena && !live::kernel_has_map_type("BPF_MAP_TYPE_ARENA")) continue;
    INFO(to_string(kind));
    maps.emplace(kind, live::make_of_kind(kind));
    CHECK(maps.at(kind)->kind() == kind);
  }
  return maps;
}

template <class Make>
std::optional<TypeMismatch> refusal(const Make& make) {
  try {
    make();
  } catch (const TypeMismatch& error) {
    return error;
  }
  return std::nullopt;
}

void check_kind(const TypeMismatch& error, const Handle& handle, const Map& map) {
  CHECK(error.part() == "kind");
  CHECK(error.table() == map.name());
  CHECK(error.actual() == to_string(map.kind()));
  for (const auto kind : handle.kinds) CHECK_THAT(error.expected(), Contains(to_string(kind)));
  CHECK_THAT(error.what(), Contains(error.expected()) && Contains(error.actual()));
}

}  // namespace

TEST_CASE("every handle takes a map of its own kind, and names both kinds for every other") {
  const auto maps = every_kind();
  for (const auto& handle : handles()) {
    for (const auto& [kind, map] : maps) {
      INFO(handle.name << " on " << to_string(kind));
      if (std::ranges::find(handle.kinds, kind) != handle.kinds.end()) {
        CHECK_NOTHROW(handle.make(handle.own_map(kind)));
        continue;
      }
      const auto error = refusal([&handle = handle, &map = map] { handle.make(map); });
      CHECK(error);
      if (error) check_kind(*error, handle, *map);
    }
  }
}

TEST_CASE("a handle whose key or value has another size than the map's names both sizes") {
  struct Case {
    std::string name;
    std::function<void()> make;
    std::string part;
    std::size_t expected;
    std::size_t actual;
  };
  const auto of = live::make_of_kind;
  using Wide = std::uint64_t;
  using Narrow = std::uint32_t;
  const std::vector<Case> cases = {
      {"array", [&] { ArrayTable<Narrow> t(of(MapKind::array)); }, "value", 4, 8},
      {"percpu_array", [&] { PercpuArrayTable<Narrow> t(of(MapKind::percpu_array)); }, "value", 4, 8},
      {"hash", [&] { HashTable<Wide, Value> t(of(MapKind::hash)); }, "key", 8, 4},
      {"hash", [&] { HashTable<Key, Narrow> t(of(MapKind::hash)); }, "value", 4, 8},
      {"lru_hash", [&] { HashTable<Wide, Value> t(of(MapKind::lru_hash)); }, "key", 8, 4},
      {"lru_hash", [&] { HashTable<Key, Narrow> t(of(MapKind::lru_hash)); }, "value", 4, 8},
      {"percpu_hash", [&] { PercpuHashTable<Wide, Value> t(of(MapKind::percpu_hash)); }, "key", 8, 4},
      {"percpu_hash", [&] { PercpuHashTable<Key, Narrow> t(of(MapKind::percpu_hash)); }, "value", 4, 8},
      {"histogram", [&] { Histogram<Wide, Value> t(of(MapKind::hash)); }, "key", 8, 4},
      {"histogram", [&] { Histogram<Key, Narrow> t(of(MapKind::array)); }, "value", 4, 8},
      {"lpm_trie", [&] { LpmTrie<LpmKey<16>, Value> t(of(MapKind::lpm_trie)); }, "key", 20, 8},
      {"lpm_trie", [&] { LpmTrie<Prefix, Narrow> t(of(MapKind::lpm_trie)); }, "value", 4, 8},
      {"array_of_maps", [&] { MapInMapTable<Wide, ArrayTable<Value>> t(of(MapKind::array_of_maps)); }, "key", 8, 4},
      {"hash_of_maps", [&] { MapInMapTable<Wide, ArrayTable<Value>> t(of(MapKind::hash_of_maps)); }, "key", 8, 4},
      {"queue", [&] { QueueStackTable<Narrow> t(of(MapKind::queue)); }, "value", 4, 8},
      {"stack", [&] { QueueStackTable<Narrow> t(of(MapKind::stack)); }, "value", 4, 8},
      {"bloom_filter", [&] { BloomFilter<Narrow> t(of(MapKind::bloom_filter)); }, "value", 4, 8},
      {"sockhash", [&] { SockhashTable<Wide> t(of(MapKind::sockhash)); }, "key", 8, 4},
      {"sockhash", [&] { SockhashTable<Key> t(live::make(BPF_MAP_TYPE_SOCKHASH, 8, 4, 4)); }, "key", 4, 8},
      {"cgroup_storage", [&] { CgStorageTable<Narrow> t(of(MapKind::cgroup_storage)); }, "value", 4, 8},
      // The kernel's other key for it, the number of the control group alone.
      {"cgroup_storage", [] { CgStorageTable<Value> t(live::make(BPF_MAP_TYPE_CGROUP_STORAGE, 8, 8, 0)); }, "key", 16,
       8},
      {"percpu_cgroup_storage", [&] { PercpuCgStorageTable<Narrow> t(of(MapKind::percpu_cgroup_storage)); }, "value", 4,
       8},
      {"percpu_cgroup_storage",
       [] { PercpuCgStorageTable<Value> t(live::make(BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE, 8, 8, 0)); }, "key", 16, 8},
      {"sk_storage", [&] { SkStorageTable<Narrow> t(of(MapKind::sk_storage)); }, "value", 4, 8},
      {"inode_storage", [&] { InodeStorageTable<Narrow> t(of(MapKind::inode_storage)); }, "value", 4, 8},
      {"task_storage", [&] { TaskStorageTable<Narrow> t(of(MapKind::task_storage)); }, "value", 4, 8},
  };
  const auto check = [](const Case& one) {
    INFO(one.name << ", " << one.part);
    const auto error = refusal(one.make);
    REQUIRE(error);
    CHECK(error->part() == one.part);
    CHECK(error->expected_size() == one.expected);
    CHECK(error->actual_size() == one.actual);
    CHECK_THAT(error->what(), Contains(std::to_string(one.expected)) && Contains(std::to_string(one.actual)));
  };
  for (const auto& one : cases) check(one);
  if (live::kernel_has_map_type("BPF_MAP_TYPE_CGRP_STORAGE")) {
    check({"cgrp_storage", [&] { CgrpStorageTable<Narrow> t(of(MapKind::cgrp_storage)); }, "value", 4, 8});
  }
}

TEST_CASE("the two forms of stack tables refuse each other's maps") {
  const auto addresses = refusal([] { StackTable t(with_build_ids(MapKind::stack_trace)); });
  REQUIRE(addresses);
  CHECK(addresses->expected() == "addresses");
  CHECK(addresses->actual() == "build ids");
  const auto ids = refusal([] { StackBuildIdTable t(live::make_of_kind(MapKind::stack_trace)); });
  REQUIRE(ids);
  CHECK(ids->expected() == "build ids");
  CHECK(ids->actual() == "addresses");
}
