// Tables that have no keys: queues, stacks and bloom filters.

#include <bccxx/support/error.hpp>
#include <bccxx/tables/bloom_filter.hpp>
#include <bccxx/tables/queue_stack.hpp>

#include "live_map.hpp"

using bccxx::QueueStackTable;
using bccxx::WhenFull;

TEST_CASE("a queue gives the first first, a stack the last") {
  const QueueStackTable<std::uint32_t> queue(live::make(BPF_MAP_TYPE_QUEUE, 0, 4, 3));
  const QueueStackTable<std::uint32_t> stack(live::make(BPF_MAP_TYPE_STACK, 0, 4, 3));
  CHECK_FALSE(queue.pop());
  CHECK_FALSE(queue.peek());
  for (const std::uint32_t n : {1U, 2U, 3U}) {
    CHECK(queue.push(n));
    CHECK(stack.push(n));
  }
  CHECK_FALSE(queue.push(4));
  CHECK_FALSE(stack.push(4));
  CHECK(queue.peek() == 1U);
  CHECK(queue.pop() == 1U);
  CHECK(stack.peek() == 3U);
  CHECK(stack.drain() == std::vector<std::uint32_t>{3, 2, 1});
  CHECK(stack.drain().empty());
  CHECK(queue.push(4));
  CHECK(queue.push(5, WhenFull::drop_oldest));
  CHECK(queue.drain() == std::vector<std::uint32_t>{3, 4, 5});
}

TEST_CASE("a queue's value must have the right size") {
  CHECK_THROWS_AS(QueueStackTable<std::uint64_t>(live::make(BPF_MAP_TYPE_QUEUE, 0, 4, 3)), bccxx::TypeMismatch);
  CHECK_THROWS_AS(QueueStackTable<std::uint32_t>(live::make(BPF_MAP_TYPE_HASH, 4, 4, 3)), bccxx::TypeMismatch);
}

TEST_CASE("a bloom filter never denies what was added") {
  const auto map = bccxx::Map::create(
      {.kind = bccxx::MapKind::bloom_filter, .name = "seen", .value_size = 8, .max_entries = 1000, .extra = 3});
  CHECK(map->info().extra == 3);
  const bccxx::BloomFilter<std::uint64_t> filter(map);
  CHECK_FALSE(filter.may_contain(7));
  for (std::uint64_t i = 0; i < 100; ++i) filter.add(i * 1000);
  for (std::uint64_t i = 0; i < 100; ++i) CHECK(filter.may_contain(i * 1000));
}
