// A drained table gives what it had and begins anew.

#include <bccxx/support/cpus.hpp>
#include <bccxx/tables/array.hpp>
#include <bccxx/tables/hash.hpp>
#include <bccxx/tables/histogram.hpp>
#include <bccxx/tables/map_in_map.hpp>

#include "live_map.hpp"
#include "live_program.hpp"
#include "live_runs.hpp"

#include <memory>
#include <vector>

using bccxx::ArrayTable;
using bccxx::Histogram;

namespace {

struct BySlot {
  std::uint32_t bucket;
  std::uint32_t slot;
};

}  // namespace

TEST_CASE("a drained histogram prints what it had and begins anew") {
  const auto type = GENERATE(BPF_MAP_TYPE_ARRAY, BPF_MAP_TYPE_HASH, BPF_MAP_TYPE_LRU_HASH);
  const std::uint32_t flags = type == BPF_MAP_TYPE_ARRAY ? GENERATE(0U, std::uint32_t{BPF_F_MMAPABLE}) : 0;
  const auto map = live::make(type, 4, 8, 64, flags);
  const Histogram<> dist(map);
  live::put(map, 3, std::uint64_t{7});
  live::put(map, 5, std::uint64_t{9});
  const auto text = dist.log2_hist({.val_type = "usecs"});
  const auto drained = dist.drain();
  CHECK(drained.log2_hist({.val_type = "usecs"}) == text);
  CHECK(drained.name() == "live");
  std::uint64_t left = 0;
  for (const auto& [slot, count] : dist.items()) left += count;
  CHECK(left == 0);
  CHECK(dist.drain().log2_hist().empty());
}

TEST_CASE("a drained histogram of buckets or of CPUs is whole") {
  const auto map = live::make(BPF_MAP_TYPE_HASH, sizeof(BySlot), 8, 64);
  const Histogram<BySlot> dist(map);
  live::put(map, BySlot{1, 2}, std::uint64_t{3});
  live::put(map, BySlot{4, 5}, std::uint64_t{6});
  const auto text = dist.log2_hist();
  CHECK(dist.drain().log2_hist() == text);
  CHECK(dist.drain().items().empty());

  const auto type = GENERATE(BPF_MAP_TYPE_PERCPU_ARRAY, BPF_MAP_TYPE_PERCPU_HASH);
  const auto each = live::make(type, 4, 8, 8);
  const std::uint32_t slot = 2;
  const std::vector<std::uint64_t> ones(bccxx::possible_cpus(), 1);
  REQUIRE(bpf_map_update_elem(each->fd(), &slot, ones.data(), BPF_ANY) == 0);
  const auto counts = Histogram<>(each).drain();
  std::uint64_t sum = 0;
  for (const auto& [key, count] : counts.items()) sum += count;
  CHECK(sum == ones.size());
}

TEST_CASE("a table taken out of its slot has all that was counted in it in place") {
  // What HashTable::drain says to do where each addition counts.
  using Counts = bccxx::HashTable<std::uint32_t, std::uint64_t>;
  const auto model = live::make(BPF_MAP_TYPE_HASH, 4, 8, 4);
  LIBBPF_OPTS(bpf_map_create_opts, options);
  options.inner_map_fd = static_cast<std::uint32_t>(model->fd());
  const auto outer = std::make_shared<const bccxx::Map>(
      bccxx::UniqueFd(bpf_map_create(BPF_MAP_TYPE_ARRAY_OF_MAPS, "outer", 4, 4, 1, &options)), "outer");
  const bccxx::MapInMapTable<std::uint32_t, Counts> slot(outer, model);
  const auto put_empty = [&] {
    const auto fresh = slot.create_inner();
    fresh.update(0, 0);
    slot.update(0, fresh);
  };
  put_empty();

  // Adds one to entry 0 of the table in slot 0.
  std::vector<bpf_insn> code = {live::store_number(BPF_REG_10, -8, 0)};
  live::load_map(code, BPF_REG_1, outer->fd());
  const std::vector<bpf_insn> find = {live::move(BPF_REG_2, BPF_REG_10), live::add(BPF_REG_2, -8),
                                      live::call(BPF_FUNC_map_lookup_elem)};
  code.insert(code.end(), find.begin(), find.end());
  code.push_back(live::instruction(BPF_JMP | BPF_JEQ | BPF_K, BPF_REG_0, 0, 7, 0));
  code.push_back(live::move(BPF_REG_1, BPF_REG_0));
  code.insert(code.end(), find.begin(), find.end());
  code.push_back(live::instruction(BPF_JMP | BPF_JEQ | BPF_K, BPF_REG_0, 0, 2, 0));
  code.push_back(live::move_number(BPF_REG_1, 1));
  code.push_back(live::instruction(BPF_STX | BPF_ATOMIC | BPF_DW, BPF_REG_0, BPF_REG_1, 0, BPF_ADD));
  code.push_back(live::move_number(BPF_REG_0, 0));
  code.push_back(live::leave());
  const auto program = live::load(BPF_PROG_TYPE_SOCKET_FILTER, code);

  live::Runs runs(program.get());
  std::uint64_t drained = 0;
  std::uint64_t rounds_with_counts = 0;
  while (rounds_with_counts < 50) {
    const auto old = slot[0];
    put_empty();
    for (const auto& [key, count] : old.drain()) {
      drained += count;
      rounds_with_counts += count != 0 ? 1 : 0;
    }
  }
  const auto counted = runs.finish();
  for (const auto& [key, count] : slot[0].drain()) drained += count;
  CHECK(drained == counted);
}

TEST_CASE("a mapped array reads whole words while a program writes them") {
  struct Two {
    std::uint64_t counted, other;
  };
  const auto map = live::make(BPF_MAP_TYPE_ARRAY, 4, sizeof(Two), 2, BPF_F_MMAPABLE);
  live::put(map, 1, Two{0, 77});
  const auto program = live::counter(map->fd(), 1);
  const auto mapped = ArrayTable<Two>(map).mapped();
  REQUIRE(mapped);
  live::Runs runs(program.get());
  std::uint64_t last = 0;
  while (last < 20'000) {
    const Two now = (*mapped)[1];
    REQUIRE(now.counted >= last);
    REQUIRE(now.other == 77);
    last = now.counted;
  }
  const auto total = runs.finish();
  CHECK((*mapped)[1].counted == total);
}
