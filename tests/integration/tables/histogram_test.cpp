// Tables printed as histograms.

#include <bccxx/support/error.hpp>
#include <bccxx/tables/array.hpp>
#include <bccxx/tables/hash.hpp>
#include <bccxx/tables/histogram.hpp>
#include <bccxx/tables/percpu_array.hpp>

#include "live_map.hpp"

#include <sstream>

using bccxx::Histogram;

namespace {

struct Key {
  std::uint32_t disk;
  std::uint32_t slot;
};

const std::string three_rows =
    "     kbytes              : count     distribution\n"
    "         0 -> 1          : 1        |**********                              |\n"
    "         2 -> 3          : 0        |                                        |\n"
    "         4 -> 7          : 4        |****************************************|\n";

}  // namespace

TEST_CASE("a histogram prints as bcc prints it") {
  const auto map = live::make(BPF_MAP_TYPE_ARRAY, 4, 8, 64);
  const Histogram<> dist(map);
  live::put(map, std::uint32_t{1}, std::uint64_t{1});
  live::put(map, std::uint32_t{3}, std::uint64_t{4});
  CHECK(dist.slots() == std::vector<std::uint64_t>{0, 1, 0, 4});
  CHECK(dist.log2_hist({.val_type = "kbytes"}) == three_rows);
  std::ostringstream out;
  dist.print_log2_hist({.val_type = "kbytes"}, out);
  CHECK(out.str() == three_rows);
  CHECK(dist.linear_hist().find("3          : 4") != std::string::npos);
  CHECK(dist.json_hist().find("\"interval-end\":7") != std::string::npos);
  dist.clear();
  CHECK(dist.slots().empty());
  CHECK(dist.log2_hist().empty());
}

TEST_CASE("any table of whole numbers prints as a histogram") {
  const bccxx::HashTable<std::uint32_t, std::uint32_t> hash(live::make(BPF_MAP_TYPE_HASH, 4, 4, 64));
  hash.update(1, 1);
  hash.update(3, 4);
  CHECK(hash.log2_hist({.val_type = "kbytes"}) == three_rows);
  const bccxx::ArrayTable<std::uint64_t> array(live::make(BPF_MAP_TYPE_ARRAY, 4, 8, 2000));
  array.update(1, 1);
  array.update(3, 4);
  CHECK(array.log2_hist({.val_type = "kbytes"}) == three_rows);
}

TEST_CASE("a per-CPU histogram adds up its CPUs") {
  const auto map = live::make(BPF_MAP_TYPE_PERCPU_ARRAY, 4, 8, 64);
  const bccxx::PercpuArrayTable<std::uint64_t> slots(map);
  slots.update(5, std::vector<std::uint64_t>(bccxx::possible_cpus(), 3));
  const Histogram<> dist(map);
  CHECK(dist.slots().at(5) == 3 * bccxx::possible_cpus());
  CHECK(dist.log2_hist() == slots.log2_hist());
}

TEST_CASE("a struct key makes a section for each bucket, and folded buckets are added") {
  const auto map = live::make(BPF_MAP_TYPE_HASH, sizeof(Key), 8, 64);
  const Histogram<Key> dist(map);
  live::put(map, Key{10, 2}, std::uint64_t{5});
  live::put(map, Key{11, 2}, std::uint64_t{7});
  const auto text = dist.log2_hist({.val_type = "usecs", .section_header = "disk"});
  CHECK(text.find("\ndisk = 10\n") != std::string::npos);
  CHECK(text.find("\ndisk = 11\n") != std::string::npos);
  const auto folded = dist.log2_hist({.section_header = "disk", .bucket_fn = [](const std::uint32_t&) { return 0U; }});
  CHECK(folded.find("disk = 0") != std::string::npos);
  CHECK(folded.find(": 12 ") != std::string::npos);
  const auto named = dist.log2_hist(bccxx::HistogramOptions<std::uint32_t, std::string>{
      .bucket_fn = [](const std::uint32_t& disk) { return disk == 10 ? std::string("ten") : std::string("other"); }});
  CHECK(named.find("= 'ten'") != std::string::npos);
  dist.clear();
  CHECK(dist.items().empty());
}

TEST_CASE("a table whose key is no bucket and slot is still a table") {
  struct Long {
    std::uint32_t a, b, c, d, e;
  };
  struct Short {
    std::uint64_t only;
  };
  const bccxx::HashTable<Long, std::uint64_t> many(live::make(BPF_MAP_TYPE_HASH, sizeof(Long), 8, 4));
  many.update({1, 2, 3, 4, 5}, 6);
  CHECK(many[{1, 2, 3, 4, 5}] == 6);
  const bccxx::HashTable<Short, std::uint64_t> one(live::make(BPF_MAP_TYPE_HASH, 8, 8, 4));
  CHECK(one.items().empty());
}

TEST_CASE("a slot that no log2 histogram has is refused with the table's name") {
  const bccxx::HashTable<std::uint64_t, std::uint64_t> hash(live::make(BPF_MAP_TYPE_HASH, 8, 8, 64, 0, "pids"));
  hash.update(4711, 1);
  try {
    static_cast<void>(hash.log2_hist());
    FAIL("no exception");
  } catch (const bccxx::TypeMismatch& error) {
    CHECK(error.table() == "pids");
  }
}
