// Tries of prefixes.

#include <bccxx/support/error.hpp>
#include <bccxx/tables/lpm_trie.hpp>

#include "live_map.hpp"

#include <set>

using Key = bccxx::LpmKey<4>;
using Trie = bccxx::LpmTrie<Key, std::uint64_t>;

namespace {

Trie trie() { return Trie(live::make(BPF_MAP_TYPE_LPM_TRIE, sizeof(Key), 8, 300, BPF_F_NO_PREALLOC, "routes")); }

}  // namespace

TEST_CASE("the longest prefix wins") {
  const auto routes = trie();
  routes.update({8, {10, 0, 0, 0}}, 8);
  routes.update({24, {10, 1, 2, 0}}, 24);
  CHECK(routes[{32, {10, 1, 2, 3}}] == 24U);
  CHECK(routes[{32, {10, 9, 9, 9}}] == 8U);
  CHECK_FALSE(routes.find({32, {11, 0, 0, 1}}));
  CHECK_THROWS_AS((routes[{32, {11, 0, 0, 1}}]), bccxx::KeyError);
  CHECK_FALSE(routes.insert({8, {10, 0, 0, 0}}, 9));
  CHECK(routes.remove({24, {10, 1, 2, 0}}));
  CHECK_FALSE(routes.remove({24, {10, 1, 2, 0}}));
  CHECK(routes[{32, {10, 1, 2, 3}}] == 8U);
}

TEST_CASE("a trie is walked whole, with nested prefixes") {
  const auto routes = trie();
  std::set<std::pair<std::uint32_t, std::uint8_t>> written;
  for (std::uint8_t i = 0; i < 200; ++i) {
    const std::uint32_t bits = 16 + i % 16;
    routes.update({bits, {10, i, static_cast<std::uint8_t>(bits == 16 ? 0 : 128), 0}}, i);
    written.emplace(bits, i);
  }
  std::set<std::pair<std::uint32_t, std::uint8_t>> read;
  for (const auto& [key, value] : routes.items()) {
    CHECK(key.data[1] == value);
    CHECK(read.emplace(key.prefixlen, key.data[1]).second);
  }
  CHECK(read == written);
  CHECK(routes.size() == 200);
  routes.clear();
  CHECK(routes.size() == 0);
}

TEST_CASE("a prefix longer than the address is refused") {
  CHECK_THROWS_AS(trie().update({33, {10, 0, 0, 0}}, 1), bccxx::SystemError);
}
