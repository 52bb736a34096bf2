// How long it takes to read large tables: by the bare kernel interface, key by key and in batches, and through bccxx.

#include <bccxx/tables/array.hpp>
#include <bccxx/tables/hash.hpp>
#include <bccxx/tables/percpu_array.hpp>

#include <benchmark/benchmark.h>
#include <bpf/bpf.h>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <numeric>
#include <vector>

namespace {

constexpr std::uint32_t hash_entries = 1'000'000;
constexpr std::uint32_t array_slots = 1'000'000;
constexpr std::uint32_t percpu_slots = 10'000;

bccxx::MapPtr make(bpf_map_type type, std::uint32_t key_size, std::uint32_t entries, std::uint32_t flags = 0) {
  LIBBPF_OPTS(bpf_map_create_opts, options);
  options.map_flags = flags;
  return std::make_shared<const bccxx::Map>(
      bccxx::UniqueFd(bpf_map_create(type, "bench", key_size, sizeof(std::uint64_t), entries, &options)), "bench");
}

const bccxx::HashTable<std::uint64_t, std::uint64_t>& full_hash() {
  static const auto table = [] {
    bccxx::HashTable<std::uint64_t, std::uint64_t> filled(make(BPF_MAP_TYPE_HASH, 8, hash_entries));
    std::vector<std::pair<std::uint64_t, std::uint64_t>> entries(hash_entries);
    for (std::uint64_t i = 0; i < hash_entries; ++i) entries[i] = {i * 0x9e3779b97f4a7c15U, i};
    filled.update_many(entries);
    return filled;
  }();
  return table;
}

void per_entry(benchmark::State& state, std::uint64_t read, std::uint64_t entries) {
  if (read != entries * static_cast<std::uint64_t>(state.iterations())) state.SkipWithError("entries are missing");
  state.counters["entries"] = static_cast<double>(entries);
}

void hash_key_by_key(benchmark::State& state) {
  const int fd = full_hash().fd();
  std::uint64_t read = 0;
  for (auto _ : state) {
    std::uint64_t key = 0;
    std::uint64_t value = 0;
    const void* previous = nullptr;
    while (bpf_map_get_next_key(fd, previous, &key) == 0) {
      if (bpf_map_lookup_elem(fd, &key, &value) == 0) ++read;
      previous = &key;
    }
  }
  per_entry(state, read, hash_entries);
}

void hash_batches(benchmark::State& state) {
  const int fd = full_hash().fd();
  std::vector<std::uint64_t> keys(hash_entries);
  std::vector<std::uint64_t> values(hash_entries);
  std::uint64_t read = 0;
  for (auto _ : state) {
    std::uint32_t place = 0;
    void* from = nullptr;
    for (int result = 0; result == 0;) {
      std::uint32_t count = 65'536;
      result = bpf_map_lookup_batch(fd, from, &place, keys.data(), values.data(), &count, nullptr);
      read += count;
      from = &place;
    }
  }
  per_entry(state, read, hash_entries);
}

void hash_bccxx(benchmark::State& state) {
  const auto& table = full_hash();
  std::uint64_t read = 0;
  for (auto _ : state) read += table.items().size();
  per_entry(state, read, hash_entries);
}

void array_key_by_key(benchmark::State& state) {
  const auto map = make(BPF_MAP_TYPE_ARRAY, 4, array_slots);
  std::uint64_t read = 0;
  for (auto _ : state) {
    for (std::uint32_t i = 0; i < array_slots; ++i) {
      std::uint64_t value = 0;
      if (bpf_map_lookup_elem(map->fd(), &i, &value) == 0) ++read;
    }
  }
  per_entry(state, read, array_slots);
}

void array_bccxx(benchmark::State& state) {
  const auto flags = static_cast<std::uint32_t>(state.range(0));
  const bccxx::ArrayTable<std::uint64_t> table(make(BPF_MAP_TYPE_ARRAY, 4, array_slots, flags));
  std::uint64_t read = 0;
  for (auto _ : state) {
    const auto values = table.values();
    benchmark::DoNotOptimize(std::accumulate(values.begin(), values.end(), std::uint64_t{0}));
    read += values.size();
  }
  per_entry(state, read, array_slots);
}

void percpu_array_bccxx(benchmark::State& state) {
  const bccxx::PercpuArrayTable<std::uint64_t> table(make(BPF_MAP_TYPE_PERCPU_ARRAY, 4, percpu_slots));
  std::uint64_t read = 0;
  for (auto _ : state) read += table.items().size();
  per_entry(state, read, percpu_slots);
}

BENCHMARK(hash_key_by_key)->Unit(benchmark::kMillisecond);
BENCHMARK(hash_batches)->Unit(benchmark::kMillisecond);
BENCHMARK(hash_bccxx)->Unit(benchmark::kMillisecond);
BENCHMARK(array_key_by_key)->Unit(benchmark::kMillisecond);
BENCHMARK(array_bccxx)->Name("array_bccxx_copied")->Arg(0)->Unit(benchmark::kMillisecond);
BENCHMARK(array_bccxx)->Name("array_bccxx_mapped")->Arg(BPF_F_MMAPABLE)->Unit(benchmark::kMillisecond);
BENCHMARK(percpu_array_bccxx)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
