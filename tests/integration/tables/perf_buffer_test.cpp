// Events through a buffer for each CPU, lost ones and padding included.

#include <bccxx/support/cpus.hpp>
#include <bccxx/support/error.hpp>
#include <bccxx/tables/perf_buffer.hpp>

#include "live_map.hpp"
#include "live_program.hpp"

#include <poll.h>
#include <sched.h>
#include <unistd.h>

#include <chrono>
#include <set>
#include <stdexcept>
#include <vector>

using bccxx::PerfBuffer;
using namespace std::chrono_literals;

namespace {

bccxx::MapPtr events() {
  return live::make(BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, static_cast<std::uint32_t>(bccxx::possible_cpus()), 0,
                    "events");
}

/// A program that sends one event of `size` bytes, the first 8 of them `number`, from the CPU it runs on.
bccxx::UniqueFd sender(const bccxx::MapPtr& map, std::int32_t number, std::int32_t size = 8) {
  std::vector<bpf_insn> code = {live::move(BPF_REG_6, BPF_REG_1)};
  for (std::int32_t at = 0; at < size; at += 8) {
    code.push_back(live::store_number(BPF_REG_10, static_cast<std::int16_t>(at - size), number));
  }
  code.push_back(live::move(BPF_REG_1, BPF_REG_6));
  live::load_map(code, BPF_REG_2, map->fd());
  code.insert(code.end(),
              {live::move_narrow(BPF_REG_3, -1), live::move(BPF_REG_4, BPF_REG_10), live::add(BPF_REG_4, -size),
               live::move_number(BPF_REG_5, size), live::call(BPF_FUNC_perf_event_output), live::leave()});
  return live::load(BPF_PROG_TYPE_SCHED_CLS, code);
}

/// Runs the thread on one CPU for as long as it lives.
class OnCpu {
 public:
  explicit OnCpu(int cpu) {
    REQUIRE(::sched_getaffinity(0, sizeof before_, &before_) == 0);
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(static_cast<std::size_t>(cpu), &one);
    REQUIRE(::sched_setaffinity(0, sizeof one, &one) == 0);
  }
  ~OnCpu() { ::sched_setaffinity(0, sizeof before_, &before_); }
  OnCpu(const OnCpu&) = delete;
  OnCpu& operator=(const OnCpu&) = delete;

 private:
  cpu_set_t before_{};
};

}  // namespace

TEST_CASE("events arrive with their CPU") {
  const auto map = events();
  std::set<std::pair<int, std::uint64_t>> seen;
  auto reader =
      PerfBuffer::of<std::uint64_t>(map, [&seen](int cpu, std::uint64_t number) { seen.emplace(cpu, number); });
  CHECK(reader.poll(0ms) == 0);
  std::set<std::pair<int, std::uint64_t>> sent;
  for (const int cpu : bccxx::online_cpus()) {
    const OnCpu here(cpu);
    live::run_on_packet(sender(map, 100 + cpu).get());
    sent.emplace(cpu, 100U + static_cast<unsigned>(cpu));
  }
  pollfd waiting = {reader.fd(), POLLIN, 0};
  CHECK(::poll(&waiting, 1, 10'000) == 1);
  // Each CPU wakes the reader up by itself.
  std::size_t events = 0;
  while (events < sent.size()) {
    const auto more = reader.poll(10s);
    REQUIRE(more > 0);
    events += more;
  }
  CHECK(events == sent.size());
  CHECK(seen == sent);
  CHECK(reader.lost() == 0);
}

TEST_CASE("lost events are counted and delivered") {
  const auto map = events();
  std::uint64_t received = 0;
  std::uint64_t told_lost = 0;
  const OnCpu here(bccxx::online_cpus().front());
  PerfBuffer reader(
      map, [&received](int, std::span<const std::byte>) { ++received; },
      [&told_lost](int, std::uint64_t count) { told_lost += count; }, {.pages_per_cpu = 1});
  const auto send = sender(map, 1, 256);
  constexpr std::uint64_t sent = 100;
  for (std::uint64_t i = 0; i < sent; ++i) live::run_on_packet(send.get());
  CHECK(reader.consume() == received);
  // The kernel reports a loss with the next event that finds room.
  live::run_on_packet(send.get());
  reader.consume();
  CHECK(received < sent);
  CHECK(told_lost > 0);
  CHECK(received + told_lost == sent + 1);
  CHECK(reader.lost() == told_lost);
}

TEST_CASE("an exception of a perf buffer's callback comes out of poll, and reading goes on behind it") {
  const auto map = events();
  const OnCpu here(bccxx::online_cpus().front());
  std::vector<std::uint64_t> seen;
  auto reader = PerfBuffer::of<std::uint64_t>(map, [&seen](int, std::uint64_t n) {
    if (n == 2) throw std::runtime_error("two");
    seen.push_back(n);
  });
  for (const int number : {1, 2, 3}) live::run_on_packet(sender(map, number).get());
  CHECK_THROWS_WITH(reader.poll(1s), "two");
  reader.consume();
  CHECK(seen == std::vector<std::uint64_t>{1, 3});
}

TEST_CASE("a perf buffer reader refuses other maps, odd page counts and small events") {
  CHECK_THROWS_AS(PerfBuffer(live::make(BPF_MAP_TYPE_HASH, 4, 4, 1), nullptr), bccxx::TypeMismatch);
  CHECK_THROWS_AS(PerfBuffer(events(), nullptr, nullptr, {.pages_per_cpu = 3}), std::invalid_argument);
  struct Large {
    char bytes[64];
  };
  const auto map = events();
  auto reader = PerfBuffer::of<Large>(map, [](int, const Large&) {});
  live::run_on_packet(sender(map, 1).get());
  CHECK_THROWS_AS(reader.poll(1s), bccxx::TypeMismatch);
}

TEST_CASE("a perf buffer takes its padding off, and refuses events larger than that") {
  struct Small {
    char bytes[4];
  };
  const auto map = events();
  const OnCpu here(bccxx::online_cpus().front());
  auto reader = PerfBuffer::of<Small>(map, [](int, const Small&) {});
  live::run_on_packet(sender(map, 1).get());
  try {
    reader.poll(std::chrono::milliseconds::max());
    FAIL("no exception");
  } catch (const bccxx::TypeMismatch& error) {
    CHECK(error.expected() == "Small");
    CHECK(error.actual() == "larger");
    CHECK(error.actual_size() == 12);  // 8 of its own, and padding
  }
  CHECK(reader.capacity() == 8 * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)));
  CHECK(reader.map() == map);
}
