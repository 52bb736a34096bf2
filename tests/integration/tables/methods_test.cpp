// Methods that kinds of tables share, each on every kind that has it.

#include <bccxx/support/cpus.hpp>
#include <bccxx/support/error.hpp>
#include <bccxx/tables/array.hpp>
#include <bccxx/tables/bloom_filter.hpp>
#include <bccxx/tables/cpumap.hpp>
#include <bccxx/tables/devmap.hpp>
#include <bccxx/tables/devmap_hash.hpp>
#include <bccxx/tables/hash.hpp>
#include <bccxx/tables/lpm_trie.hpp>
#include <bccxx/tables/map_in_map.hpp>
#include <bccxx/tables/percpu_array.hpp>
#include <bccxx/tables/percpu_hash.hpp>
#include <bccxx/tables/prog.hpp>
#include <bccxx/tables/xskmap.hpp>

#include "live_map.hpp"
#include "live_program.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <functional>

using bccxx::Update;

namespace {

/// The errno of what `act` throws; 0 when it throws nothing.
int code_of(const std::function<void()>& act) {
  try {
    act();
  } catch (const bccxx::SystemError& error) {
    return error.code().value();
  }
  return 0;
}

std::string hint_of(const std::function<void()>& act) {
  try {
    act();
  } catch (const bccxx::SystemError& error) {
    return error.hint();
  }
  return "nothing thrown";
}

std::vector<std::uint64_t> all(std::uint64_t value) {
  return std::vector<std::uint64_t>(bccxx::possible_cpus(), value);
}

struct Counted {
  std::uint32_t lock;
  std::uint32_t count;
};

/// A map whose values have a bpf_spin_lock.
bccxx::MapPtr locked(bpf_map_type type) {
  return live::make_with_types(type, 4, [](btf* types) {
    const int number = btf__add_int(types, "unsigned int", 4, 0);
    const int lock = btf__add_struct(types, "bpf_spin_lock", 4);
    btf__add_field(types, "val", number, 0, 0);
    const int value = btf__add_struct(types, "counted", sizeof(Counted));
    btf__add_field(types, "lock", lock, 0, 0);
    btf__add_field(types, "count", number, 32, 0);
    return std::pair(number, value);
  });
}

}  // namespace

TEST_CASE("many keys are removed at once, and those that were there counted") {
  using Counts = bccxx::HashTable<std::uint32_t, std::uint64_t>;
  const auto type = GENERATE(BPF_MAP_TYPE_HASH, BPF_MAP_TYPE_LRU_HASH);
  const Counts counts(live::make(type, 4, 8, 1000));
  for (std::uint32_t key = 0; key < 300; key += 3) counts.update(key, key);
  std::vector<std::uint32_t> keys;
  for (std::uint32_t key = 0; key < 150; ++key) keys.push_back(key);
  CHECK(counts.remove(keys) == 50);
  CHECK(counts.remove(keys) == 0);
  CHECK(counts.size() == 50);
  CHECK(counts.contains(150));
  CHECK(counts.remove(std::span<const std::uint32_t>()) == 0);

  const bccxx::PercpuHashTable<std::uint32_t, std::uint64_t> each(live::make(BPF_MAP_TYPE_PERCPU_HASH, 4, 8, 1000));
  for (std::uint32_t key = 0; key < 10; ++key) each.update(key, all(key));
  CHECK(each.remove(std::vector<std::uint32_t>{9, 100, 1}) == 2);
  CHECK(each.size() == 8);

  using Prefix = bccxx::LpmKey<4>;
  const bccxx::LpmTrie<Prefix, std::uint64_t> trie(live::make(BPF_MAP_TYPE_LPM_TRIE, 8, 8, 100, BPF_F_NO_PREALLOC));
  for (std::uint8_t i = 0; i < 10; ++i) trie.update({24, {10, 0, i, 0}}, i);
  CHECK(trie.remove(std::vector<Prefix>{{24, {10, 0, 1, 0}}, {24, {11, 0, 1, 0}}, {24, {10, 0, 2, 0}}}) == 2);
  CHECK(trie.size() == 8);
  trie.clear();
  CHECK(trie.size() == 0);
}

TEST_CASE("a frozen table refuses to have many keys removed") {
  const bccxx::HashTable<std::uint32_t, std::uint64_t> counts(live::make(BPF_MAP_TYPE_HASH, 4, 8, 10));
  counts.update(1, 1);
  counts.freeze();
  CHECK(hint_of([&] { counts.remove(std::vector<std::uint32_t>{1, 2}); }) == "the map is frozen");
  CHECK(counts.contains(1));
}

TEST_CASE("values of all CPUs are inserted, and many written at once") {
  const auto type = GENERATE(BPF_MAP_TYPE_PERCPU_HASH, BPF_MAP_TYPE_LRU_PERCPU_HASH);
  const bccxx::PercpuHashTable<std::uint32_t, std::uint64_t> table(live::make(type, 4, 8, 1000));
  CHECK(table.insert(1, all(5)));
  CHECK_FALSE(table.insert(1, all(6)));
  CHECK(table[1] == all(5));
  CHECK_THROWS_AS(table.insert(2, {}), std::invalid_argument);
  std::vector<std::pair<std::uint32_t, std::vector<std::uint64_t>>> entries;
  for (std::uint32_t key = 0; key < 100; ++key) entries.emplace_back(key, all(key));
  table.update_many(entries);
  auto items = table.items();
  std::sort(items.begin(), items.end());
  CHECK(items == entries);
  CHECK(code_of([&] { table.update_many(entries, Update::noexist); }) == EEXIST);

  const bccxx::PercpuArrayTable<std::uint64_t> slots(live::make(BPF_MAP_TYPE_PERCPU_ARRAY, 4, 8, 100));
  slots.update_many(entries);
  CHECK(slots.items() == entries);
}

TEST_CASE("a program table lists its programs") {
  const bccxx::ProgTable table(live::make(BPF_MAP_TYPE_PROG_ARRAY, 4, 4, 8));
  const auto program = live::load(BPF_PROG_TYPE_SOCKET_FILTER, {live::move_number(0, 0), live::leave()});
  table.update(3, program.get());
  bpf_prog_info info{};
  std::uint32_t length = sizeof info;
  REQUIRE(bpf_obj_get_info_by_fd(program.get(), &info, &length) == 0);
  CHECK(table[3] == info.id);
  CHECK(table.items() == std::vector<std::pair<std::uint32_t, std::uint32_t>>{{3, info.id}});
  CHECK_THROWS_AS(table[2], bccxx::KeyError);
  CHECK_THROWS_AS(table[8], bccxx::KeyError);
}

TEST_CASE("AF_XDP sockets are put in as the flags say, and taken out without a claim") {
  const bccxx::XskmapTable table(live::make(BPF_MAP_TYPE_XSKMAP, 4, 4, 4));
  static_assert(std::is_void_v<decltype(table.remove(0))>);
  const bccxx::UniqueFd socket(::socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0));
  REQUIRE(socket);
  CHECK(code_of([&] { table.update(1, socket.get(), Update::exist); }) == ENOENT);
  table.update(1, socket.get());
  const bccxx::UniqueFd other(::socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0));
  CHECK(code_of([&] { table.update(1, other.get(), Update::noexist); }) == EEXIST);
  table.update(1, other.get(), Update::exist);
  table.remove(1);
  CHECK(code_of([&] { table.update(1, socket.get(), Update::exist); }) == ENOENT);
  table.remove(1);
  CHECK_THROWS_AS(table.remove(4), bccxx::KeyError);
  table.update(2, socket.get());
  table.clear();
  CHECK(code_of([&] { table.update(2, socket.get(), Update::exist); }) == ENOENT);
}

TEST_CASE("redirect targets are written as the flags say") {
  constexpr std::uint32_t loopback = 1;
  const bccxx::DevmapHashTable hash(live::make(BPF_MAP_TYPE_DEVMAP_HASH, 4, 4, 4));
  hash.update(9, loopback, Update::noexist);
  CHECK(code_of([&] { hash.update(9, loopback, Update::noexist); }) == EEXIST);
  hash.update(9, loopback);
  CHECK(hash[9].value == loopback);
  // Every slot of an array counts as taken.
  const bccxx::DevmapTable slots(live::make(BPF_MAP_TYPE_DEVMAP, 4, 4, 4));
  CHECK(code_of([&] { slots.update(1, loopback, Update::noexist); }) == EEXIST);
  slots.update(1, loopback, Update::exist);
  CHECK(slots[1].value == loopback);
  const bccxx::CpumapTable cpus(live::make(BPF_MAP_TYPE_CPUMAP, 4, 4, 4));
  CHECK(code_of([&] { cpus.update(0, 16, Update::noexist); }) == EEXIST);
}

TEST_CASE("a bloom filter never says no to what was added") {
  const bccxx::BloomFilter<std::uint64_t> filter(live::make(BPF_MAP_TYPE_BLOOM_FILTER, 0, 8, 10'000));
  for (std::uint64_t i = 0; i < 1000; ++i) filter.add(i * 3);
  std::uint64_t wrong = 0;
  for (std::uint64_t i = 0; i < 1000; ++i) {
    REQUIRE(filter.may_contain(i * 3));
    wrong += filter.may_contain(1'000'000 + i) ? 1 : 0;
  }
  CHECK(wrong < 100);
}

TEST_CASE("values with a lock are copied and written while it is held") {
  const auto type = GENERATE(BPF_MAP_TYPE_HASH, BPF_MAP_TYPE_ARRAY);
  const auto map = locked(type);
  const auto check = [](const auto& table) {
    table.update(1, Counted{0, 5});
    table.update(1, Counted{0, 6}, Update::lock | Update::exist);
    const auto value = table.find_locked(1);
    REQUIRE(value);
    CHECK(value->count == 6);
    CHECK(value->lock == 0);
    CHECK_FALSE(table.find_locked(77));
  };
  if (type == BPF_MAP_TYPE_HASH) {
    check(bccxx::HashTable<std::uint32_t, Counted>(map));
  } else {
    check(bccxx::ArrayTable<Counted>(map));
  }
  // The control: without a lock in its values a map refuses the flag.
  const bccxx::HashTable<std::uint32_t, std::uint64_t> plain(live::make(BPF_MAP_TYPE_HASH, 4, 8, 4));
  CHECK(code_of([&] { plain.update(1, 1, Update::lock); }) == EINVAL);
}

TEST_CASE("frozen arrays, per-CPU tables and tables of tables refuse writes and say why") {
  const bccxx::ArrayTable<std::uint64_t> array(live::make(BPF_MAP_TYPE_ARRAY, 4, 8, 4, BPF_F_MMAPABLE));
  array.freeze();
  CHECK(hint_of([&] { array.update(0, 1); }) == "the map is frozen");
  CHECK(hint_of([&] { array.zero(); }) == "the map is frozen");
  CHECK(code_of([&] { static_cast<void>(array.drain()); }) == EPERM);
  CHECK(array.values() == std::vector<std::uint64_t>(4));

  const bccxx::PercpuHashTable<std::uint32_t, std::uint64_t> each(live::make(BPF_MAP_TYPE_PERCPU_HASH, 4, 8, 4));
  each.freeze();
  CHECK(hint_of([&] { each.update(0, all(1)); }) == "the map is frozen");

  const auto model = live::make(BPF_MAP_TYPE_ARRAY, 4, 8, 4);
  const auto outer = [&](std::uint32_t entries) {
    LIBBPF_OPTS(bpf_map_create_opts, options);
    options.inner_map_fd = static_cast<std::uint32_t>(model->fd());
    const int fd = bpf_map_create(BPF_MAP_TYPE_HASH_OF_MAPS, "outer", 4, 4, entries, &options);
    REQUIRE(fd >= 0);
    return std::make_shared<const bccxx::Map>(bccxx::UniqueFd(fd), "outer");
  };
  using Inner = bccxx::ArrayTable<std::uint64_t>;
  const bccxx::MapInMapTable<std::uint32_t, Inner> table(outer(1), model);
  const Inner inner(model);
  table.update(1, inner);
  CHECK(hint_of([&] { table.update(2, inner); }) == "it is full: 1 entries");
  CHECK(code_of([&] { table.update(1, inner, Update::noexist); }) == EEXIST);
  // The kernel's EINVAL for a flag is no mismatch of shapes.
  CHECK(code_of([&] { table.update(1, inner, static_cast<Update>(64)); }) == EINVAL);
  const Inner other(live::make(BPF_MAP_TYPE_ARRAY, 4, 8, 5));
  CHECK_THROWS_AS(table.update(1, other), bccxx::TypeMismatch);
  table.freeze();
  CHECK(hint_of([&] { table.update(1, inner); }) == "the map is frozen");
  CHECK(table.contains(1));
}
