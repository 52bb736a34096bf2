// Queues, stacks, and tables of devices and sockets, while other threads write.

#include <bccxx/tables/devmap_hash.hpp>
#include <bccxx/tables/queue_stack.hpp>
#include <bccxx/tables/sockhash.hpp>

#include "connection.hpp"
#include "live_map.hpp"

#include <net/if.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <thread>
#include <unordered_map>
#include <vector>

namespace {

using Value = std::uint64_t;
using Queue = bccxx::QueueStackTable<Value>;

using Clock = std::chrono::steady_clock;

/// Pushes the numbers from `first` on, each as soon as there is room for it, and gives up at `deadline`.
std::thread pushing(const Queue& queue, Value first, Value count, Clock::time_point deadline) {
  return std::thread([=] {
    for (Value i = first; i < first + count; ++i) {
      while (!queue.push(i)) {
        if (Clock::now() > deadline) return;
        std::this_thread::yield();
      }
    }
  });
}

/// Does something over and over on another thread for as long as it lives.
class Churn {
 public:
  template <class Change>
  explicit Churn(Change change)
      : thread_([this, change] {
          for (std::uint32_t round = 0; !stop_; ++round) {
            change(round);
            ++changes_;
          }
        }) {
    while (changes_ == 0) std::this_thread::yield();
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

constexpr std::uint32_t staying = 500;
constexpr std::uint32_t changing = 100;
constexpr std::uint32_t first_changing = 1'000'000;

/// Whether each key that stays was there once, and no key twice.
template <class Keys>
void check_once(const Keys& keys) {
  std::unordered_map<std::uint32_t, int> seen;
  for (const auto key : keys) ++seen[key];
  std::uint32_t missing = 0;
  for (std::uint32_t key = 0; key < staying; ++key) missing += seen.contains(key) ? 0 : 1;
  CHECK(missing == 0);
  CHECK(seen.size() == keys.size());
  CHECK(seen.size() <= staying + changing);
}

template <class Read>
void check_beside(const Churn& churn, const Read& read) {
  const auto before = churn.changes();
  const auto deadline = Clock::now() + std::chrono::seconds(2);
  // 100 rounds as a rule; fewer where the machine is busy.
  for (int round = 0; round < 100 && Clock::now() < deadline; ++round) check_once(read());
  CHECK(churn.changes() > before);
}

template <class Item>
std::vector<std::uint32_t> first_of(const std::vector<Item>& items) {
  std::vector<std::uint32_t> keys;
  for (const auto& item : items) keys.push_back(item.first);
  return keys;
}

}  // namespace

TEST_CASE("what two threads push is popped once each, and from a queue in each one's order") {
  constexpr Value each = 20'000;
  const auto type = GENERATE(BPF_MAP_TYPE_QUEUE, BPF_MAP_TYPE_STACK);
  const Queue queue(live::make(type, 0, sizeof(Value), 64));
  const auto deadline = Clock::now() + std::chrono::seconds(60);
  auto one = pushing(queue, 0, each, deadline);
  auto two = pushing(queue, each, each, deadline);
  std::vector<Value> popped;
  while (popped.size() < 2 * each && Clock::now() < deadline) {
    if (const auto value = queue.pop()) popped.push_back(*value);
  }
  one.join();
  two.join();
  CHECK_FALSE(queue.pop());
  REQUIRE(popped.size() == 2 * each);
  if (type == BPF_MAP_TYPE_QUEUE) {
    Value next[] = {0, each};
    bool in_order = true;
    for (const auto value : popped) in_order = in_order && value == next[value < each ? 0 : 1]++;
    CHECK(in_order);
  }
  std::ranges::sort(popped);
  bool once = true;
  for (Value i = 0; i < popped.size(); ++i) once = once && popped[i] == i;
  CHECK(once);
}

TEST_CASE("every entry of a devmap_hash that stays is read once while others come and go") {
  const auto loopback = ::if_nametoindex("lo");
  const bccxx::DevmapHashTable table(live::make(BPF_MAP_TYPE_DEVMAP_HASH, 4, 4, staying + changing));
  for (std::uint32_t key = 0; key < staying; ++key) table.update(key, loopback);
  const Churn churn([&](std::uint32_t round) {
    const auto key = first_changing + (round * 7919) % changing;
    if (!table.remove(key)) table.update(key, loopback);
  });
  check_beside(churn, [&] { return first_of(table.items()); });
  CHECK(table.size() >= staying);
}

TEST_CASE("every socket of a sockhash that stays is seen once while others come and go") {
  const live::Connection stays;
  const live::Connection changes;
  const auto value_size = GENERATE(4U, 8U);
  const bccxx::SockhashTable<std::uint32_t> table(live::make(BPF_MAP_TYPE_SOCKHASH, 4, value_size, staying + changing));
  for (std::uint32_t key = 0; key < staying; ++key) table.update(key, stays.client.get());
  const Churn churn([&](std::uint32_t round) {
    const auto key = first_changing + (round * 7919) % changing;
    if (!table.remove(key)) table.update(key, changes.client.get());
  });
  check_beside(churn, [&] { return value_size == 8 ? first_of(table.items()) : table.keys(); });
  CHECK(table.size() >= staying);
}
