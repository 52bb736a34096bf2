// Events through a ring buffer.

#include <bccxx/support/error.hpp>
#include <bccxx/tables/ring_buffer.hpp>

#include "live_map.hpp"
#include "live_program.hpp"

#include <poll.h>
#include <unistd.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

using bccxx::RingBuffer;
using namespace std::chrono_literals;

namespace {

/// A program that puts one 8-byte event with `number` into the ring buffer each time it runs.
bccxx::UniqueFd sender(const bccxx::MapPtr& map, std::int32_t number) {
  std::vector<bpf_insn> code = {live::store_number(BPF_REG_10, -8, number)};
  live::load_map(code, BPF_REG_1, map->fd());
  code.insert(code.end(), {live::move(BPF_REG_2, BPF_REG_10), live::add(BPF_REG_2, -8), live::move_number(BPF_REG_3, 8),
                           live::move_number(BPF_REG_4, 0), live::call(BPF_FUNC_ringbuf_output), live::leave()});
  return live::load(BPF_PROG_TYPE_SCHED_CLS, code);
}

bccxx::MapPtr ring(std::uint32_t size = 4096) { return live::make(BPF_MAP_TYPE_RINGBUF, 0, 0, size, 0, "events"); }

}  // namespace

TEST_CASE("events arrive in order") {
  const auto map = ring();
  std::vector<std::uint64_t> seen;
  auto reader = RingBuffer::of<std::uint64_t>(map, [&seen](std::uint64_t n) { seen.push_back(n); });
  CHECK(reader.consume() == 0);
  CHECK(reader.poll(0ms) == 0);
  for (const int number : {3, 1, 2}) live::run_on_packet(sender(map, number).get());
  pollfd waiting = {reader.fd(), POLLIN, 0};
  CHECK(::poll(&waiting, 1, 0) == 1);
  CHECK(reader.poll(1s) == 3);
  CHECK(seen == std::vector<std::uint64_t>{3, 1, 2});
  CHECK(reader.consume() == 0);
}

TEST_CASE("one reader reads several ring buffers and outlives other owners of its maps") {
  auto first = ring();
  auto second = ring();
  const auto send_first = sender(first, 1);
  const auto send_second = sender(second, 2);
  std::uint64_t sum = 0;
  auto reader = RingBuffer::of<std::uint64_t>(first, [&sum](std::uint64_t n) { sum += n; });
  reader.add(second, [&sum](std::span<const std::byte> event) { sum += 100 * event.size(); });
  auto moved = std::move(reader);
  first.reset();
  second.reset();
  live::run_on_packet(send_first.get());
  live::run_on_packet(send_second.get());
  CHECK(moved.consume() == 2);
  CHECK(sum == 801);
}

TEST_CASE("an exception of a ring buffer's callback comes out of poll, and reading goes on behind it") {
  const auto map = ring();
  std::vector<std::uint64_t> seen;
  auto reader = RingBuffer::of<std::uint64_t>(map, [&seen](std::uint64_t n) {
    if (n == 2) throw std::runtime_error("two");
    seen.push_back(n);
  });
  for (const int number : {1, 2, 3}) live::run_on_packet(sender(map, number).get());
  CHECK_THROWS_WITH(reader.poll(1s), "two");
  CHECK(reader.consume() == 1);
  CHECK(seen == std::vector<std::uint64_t>{1, 3});
}

TEST_CASE("a ring buffer's event too small for its type is refused") {
  struct Large {
    char bytes[64];
  };
  const auto map = ring();
  auto reader = RingBuffer::of<Large>(map, [](const Large&) {});
  live::run_on_packet(sender(map, 1).get());
  try {
    reader.poll(1s);
    FAIL("no exception");
  } catch (const bccxx::TypeMismatch& error) {
    CHECK(error.part() == "event");
    CHECK(error.expected_size() == 64);
    CHECK(error.actual_size() == 8);
    CHECK(error.expected().find("Large") != std::string::npos);
  }
}

TEST_CASE("a ring buffer reader refuses another kind of map") {
  CHECK_THROWS_AS(RingBuffer(live::make(BPF_MAP_TYPE_HASH, 4, 4, 1), nullptr), bccxx::TypeMismatch);
}

TEST_CASE("a ring buffer's event of another size than its type is refused, a larger one too") {
  const auto map = ring();
  auto reader = RingBuffer::of<std::uint32_t>(map, [](std::uint32_t) {});
  live::run_on_packet(sender(map, 1).get());
  try {
    reader.poll(1s);
    FAIL("no exception");
  } catch (const bccxx::TypeMismatch& error) {
    CHECK(error.expected() == "unsigned int");
    CHECK(error.actual() == "larger");
    CHECK(error.expected_size() == 4);
    CHECK(error.actual_size() == 8);
  }
}

TEST_CASE("the longest timeouts there are end with the first event") {
  const auto map = ring();
  std::uint64_t seen = 0;
  auto reader = RingBuffer::of<std::uint64_t>(map, [&seen](std::uint64_t n) { seen += n; });
  live::run_on_packet(sender(map, 5).get());
  CHECK(reader.poll(std::chrono::milliseconds::max()) == 1);
  live::run_on_packet(sender(map, 6).get());
  CHECK(reader.poll(std::chrono::milliseconds::min()) == 1);
  CHECK(seen == 11);
}

TEST_CASE("a ring buffer says what it holds, and its map can be pinned") {
  const auto map = ring(8192);
  RingBuffer reader(map, [](std::span<const std::byte>) {});
  CHECK(reader.capacity() == 8192);
  CHECK(reader.map() == map);
  const auto path = "/sys/fs/bpf/bccxx-ring-" + std::to_string(::getpid());
  reader.pin(path);
  CHECK(bccxx::Map::open_pinned(path)->info().id == map->info().id);
  CHECK(reader.unpin(path));
  CHECK_FALSE(reader.unpin(path));
}
