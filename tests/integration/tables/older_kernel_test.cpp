// Counts are taken out of tables on kernels that lack an instruction or a helper, or refuse the program for now.

#include "tables/exchange.hpp"

#include <bccxx/support/cpus.hpp>
#include <bccxx/support/error.hpp>
#include <bccxx/tables/array.hpp>
#include <bccxx/tables/hash.hpp>
#include <bccxx/tables/histogram.hpp>
#include <bccxx/tables/percpu_array.hpp>

#include "live_map.hpp"
#include "live_program.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

using bccxx::ArrayTable;
using bccxx::HashTable;
using bccxx::Histogram;

namespace {

/// The running kernel, but for what it refuses: the errno, or 0.
struct Refusals {
  static inline int exchange = 0;
  static inline int lookup_percpu = 0;

  Refusals() { bccxx::detail::load_programs_with(load); }
  ~Refusals() {
    bccxx::detail::load_programs_with(nullptr);
    exchange = lookup_percpu = 0;
  }
  Refusals(const Refusals&) = delete;
  Refusals& operator=(const Refusals&) = delete;

  static int load(std::span<const bpf_insn> code) {
    const auto has = [&](auto&& is) { return std::any_of(code.begin(), code.end(), is); };
    if (has([](const bpf_insn& i) { return i.code == (BPF_STX | BPF_ATOMIC | BPF_DW) && i.imm == (0xe0 | 1); }) &&
        exchange != 0) {
      return -exchange;
    }
    if (has([](const bpf_insn& i) { return i.code == (BPF_JMP | BPF_CALL) && i.imm == 195; }) && lookup_percpu != 0) {
      return -lookup_percpu;
    }
    return bpf_prog_load(BPF_PROG_TYPE_SOCKET_FILTER, nullptr, "GPL", code.data(), code.size(), nullptr);
  }
};

constexpr int kernel_enotsupp = 524;

}  // namespace

TEST_CASE("a kernel that lacks the atomic exchange does not drain counts, and says since when it could") {
  const Refusals kernel;
  Refusals::exchange = GENERATE(EINVAL, EOPNOTSUPP, kernel_enotsupp);
  const auto map = live::make(BPF_MAP_TYPE_ARRAY, 4, 8, 4, 0, "plain");
  live::put(map, 1, std::uint64_t{7});
  const ArrayTable<std::uint64_t> counts(map);
  CHECK_THROWS_AS(counts.drain(), bccxx::NotSupported);
  CHECK_THROWS_WITH(counts.drain(), Catch::Matchers::Contains("plain") && Catch::Matchers::Contains("Linux 5.12"));
  CHECK(counts[1] == 7U);
  Refusals::exchange = 0;
  CHECK_THROWS_AS(counts.drain(), bccxx::NotSupported);  // kernels do not learn

  const auto mapped = live::make(BPF_MAP_TYPE_ARRAY, 4, 8, 4, BPF_F_MMAPABLE);
  live::put(mapped, 1, std::uint64_t{7});
  CHECK(ArrayTable<std::uint64_t>(mapped).drain()[1] == 7U);
}

TEST_CASE("a refusal that may go again is told with its reason and not remembered") {
  const Refusals kernel;
  Refusals::exchange = GENERATE(EPERM, EMFILE, ENOMEM);
  const HashTable<std::uint32_t, std::uint64_t> counts(live::make(BPF_MAP_TYPE_HASH, 4, 8, 4));
  counts.update(2, 5);
  try {
    static_cast<void>(counts.drain_counts());
    FAIL("drained");
  } catch (const bccxx::SystemError& error) {
    CHECK(error.code().value() == Refusals::exchange);
  }
  Refusals::exchange = 0;
  CHECK(counts.drain_counts() == std::vector{std::pair(2U, std::uint64_t{5})});
}

TEST_CASE("a histogram is drained in two steps where one is refused, for whatever reason") {
  const Refusals kernel;
  Refusals::exchange = GENERATE(EINVAL, kernel_enotsupp, EPERM, EMFILE);
  const auto type =
      GENERATE(BPF_MAP_TYPE_ARRAY, BPF_MAP_TYPE_PERCPU_ARRAY, BPF_MAP_TYPE_HASH, BPF_MAP_TYPE_PERCPU_HASH);
  const bool hash = type == BPF_MAP_TYPE_HASH || type == BPF_MAP_TYPE_PERCPU_HASH;
  const auto map = live::make(type, 4, 8, 8);
  const Histogram<std::uint32_t> dist(map);
  const std::uint32_t key = 3;
  std::vector<std::uint64_t> numbers(bccxx::possible_cpus());
  numbers.front() = 7;
  REQUIRE(bpf_map_update_elem(map->fd(), &key, numbers.data(), BPF_ANY) == 0);
  const auto sum = [](const auto& items) {
    std::uint64_t result = 0;
    for (const auto& [slot, count] : items) result += count;
    return result;
  };
  CHECK(sum(dist.drain().items()) == 7);
  CHECK(sum(dist.items()) == 0);
  CHECK(dist.items().size() == (hash ? 1 : 8));
  CHECK(dist.drain().items().size() == (hash ? 0 : 8));
  CHECK(sum(dist.drain(bccxx::IdleKeys::remove).items()) == 0);
  CHECK(dist.items().size() == (hash ? 0 : 8));
  map->freeze();
  CHECK_THROWS_AS(dist.drain(), bccxx::SystemError);
}

TEST_CASE("a kernel that reaches only a CPU's own numbers is taken to each CPU") {
  const Refusals kernel;
  Refusals::lookup_percpu = EINVAL;
  const bccxx::PercpuArrayTable<std::uint64_t> counts(live::make(BPF_MAP_TYPE_PERCPU_ARRAY, 4, 8, 2));
  const std::vector<std::uint64_t> ones(bccxx::possible_cpus(), 1);
  counts.update(1, ones);
  std::vector<std::uint64_t> expected(ones.size());
  for (const auto cpu : bccxx::online_cpus()) expected.at(static_cast<std::size_t>(cpu)) = 1;
  CHECK(counts.drain()[1] == expected);
  std::vector<std::uint64_t> left(ones.size());
  for (std::size_t cpu = 0; cpu < left.size(); ++cpu) left[cpu] = 1 - expected[cpu];
  CHECK(counts.getvalue(1) == left);
}
