// Keys of text: padded with zeros for the kernel, which compares every byte.

#include <bccxx/support/cpus.hpp>
#include <bccxx/support/error.hpp>
#include <bccxx/tables/hash.hpp>
#include <bccxx/tables/percpu_hash.hpp>

#include "live_map.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

using bccxx::HashTable;
using bccxx::PercpuHashTable;
using bccxx::TypeMismatch;

namespace {

using Comm = std::array<char, 16>;

/// What a program writes that takes its task's name.
Comm comm(const std::string& text) {
  Comm result{};
  std::copy(text.begin(), text.end(), result.begin());
  return result;
}

/// A map from struct key_t {char comm[16];} to u64.
bccxx::MapPtr by_comm() {
  return live::make_with_types(BPF_MAP_TYPE_HASH, 10, [](btf* types) {
    const int letter = btf__add_int(types, "char", 1, BTF_INT_CHAR);
    const int number = btf__add_int(types, "unsigned long long", 8, 0);
    const int text = btf__add_array(types, number, letter, 16);
    const int key = btf__add_struct(types, "key_t", 16);
    REQUIRE(btf__add_field(types, "comm", text, 0, 0) == 0);
    return std::pair(key, number);
  });
}

}  // namespace

TEST_CASE("a shorter text is the key that the kernel's programs write") {
  const auto map = GENERATE(0, 1) == 0 ? by_comm() : live::make(BPF_MAP_TYPE_HASH, 16, 8, 10);
  const HashTable<std::string, std::uint64_t> counts(map);
  live::put(map, comm("bash"), std::uint64_t{3});
  live::put(map, comm("sixteen_letters_"), std::uint64_t{4});
  CHECK(counts["bash"] == 3);
  CHECK(counts[std::string("sixteen_letters_")] == 4);
  CHECK_FALSE(counts.find("bas"));
  CHECK_FALSE(counts.find(""));
  CHECK_THROWS_AS(counts["zsh"], bccxx::KeyError);

  counts.update("sh", 5);
  std::uint64_t value = 0;
  const auto sh = comm("sh");
  REQUIRE(bpf_map_lookup_elem(map->fd(), &sh, &value) == 0);
  CHECK(value == 5);
  auto items = counts.items();
  std::sort(items.begin(), items.end());
  CHECK(items == std::vector<std::pair<std::string, std::uint64_t>>{{"bash", 3}, {"sh", 5}, {"sixteen_letters_", 4}});

  CHECK_FALSE(counts.insert("sh", 6));
  CHECK(counts.insert("ksh", 6));
  CHECK(counts.pop("ksh") == 6);
  CHECK(counts.remove("sh"));
  CHECK_FALSE(counts.remove("sh"));
  counts.update_many(std::vector<std::pair<std::string, std::uint64_t>>{{"a", 1}, {"bc", 2}});
  CHECK(counts.remove(std::vector<std::string>{"a", "bc", "d"}) == 2);
  CHECK(counts.drain_counts().size() == 2);
  CHECK(counts.drain().size() == 2);
}

TEST_CASE("a text longer than the key is refused, whatever is done with it") {
  const HashTable<std::string, std::uint64_t> counts(by_comm());
  const std::string longer = "seventeen_letters";
  try {
    counts.update(longer, 1);
    FAIL("taken");
  } catch (const TypeMismatch& error) {
    CHECK(error.part() == "key");
    CHECK(error.expected_size() == 17);
    CHECK(error.actual_size() == 16);
    CHECK(error.actual() == "struct key_t");
  }
  CHECK_THROWS_AS(counts.find(longer), TypeMismatch);
  CHECK_THROWS_AS(counts[longer], TypeMismatch);
  CHECK_THROWS_AS(counts.remove(longer), TypeMismatch);
  CHECK_THROWS_AS(counts.insert(longer, 1), TypeMismatch);
  CHECK(counts.size() == 0);
}

TEST_CASE("only a key that is text and nothing else is text") {
  const auto numbers = live::make_with_types(BPF_MAP_TYPE_HASH, 10, [](btf* types) {
    const int number = btf__add_int(types, "unsigned long long", 8, 0);
    return std::pair(number, number);
  });
  CHECK_THROWS_AS((HashTable<std::string, std::uint64_t>(numbers)), TypeMismatch);
  const auto mixed = live::make_with_types(BPF_MAP_TYPE_HASH, 10, [](btf* types) {
    const int letter = btf__add_int(types, "char", 1, BTF_INT_CHAR);
    const int number = btf__add_int(types, "unsigned int", 4, 0);
    const int text = btf__add_array(types, number, letter, 4);
    const int key = btf__add_struct(types, "mixed", 8);
    REQUIRE(btf__add_field(types, "text", text, 0, 0) == 0);
    REQUIRE(btf__add_field(types, "number", number, 32, 0) == 0);
    return std::pair(key, number);
  });
  CHECK_THROWS_AS((HashTable<std::string, std::uint32_t>(mixed)), TypeMismatch);
}

TEST_CASE("an array of char is text whose size is compared") {
  const auto map = by_comm();
  const HashTable<char[16], std::uint64_t> counts(map);
  counts.update("bash", 1);
  CHECK(counts.keys() == std::vector<std::string>{"bash"});
  CHECK_THROWS_AS(counts.update("seventeen_letters", 1), TypeMismatch);
  CHECK_THROWS_AS((HashTable<char[8], std::uint64_t>(map)), TypeMismatch);
}

TEST_CASE("a hash with a value for each CPU has keys of text too") {
  const auto map = live::make(BPF_MAP_TYPE_PERCPU_HASH, 16, 8, 10);
  const PercpuHashTable<std::string, std::uint64_t> counts(map);
  const std::vector<std::uint64_t> ones(bccxx::possible_cpus(), 1);
  CHECK(counts.insert("bash", ones));
  counts.update("sh", ones);
  CHECK(counts.sum("bash") == ones.size());
  CHECK(counts.sums().size() == 2);
  CHECK_THROWS_AS(counts.sum("zsh"), bccxx::KeyError);
  CHECK(counts.pop("bash") == ones);
  CHECK(counts.remove("sh"));
  CHECK_THROWS_AS(counts.find("seventeen_letters"), TypeMismatch);
  CHECK(counts.drain().empty());
}
