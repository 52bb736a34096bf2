// Whole tables read while a program counts in them, and others come and go.

#include <bccxx/support/cpus.hpp>
#include <bccxx/support/error.hpp>
#include <bccxx/tables/hash.hpp>
#include <bccxx/tables/lpm_trie.hpp>
#include <bccxx/tables/map_in_map.hpp>
#include <bccxx/tables/percpu_array.hpp>
#include <bccxx/tables/percpu_hash.hpp>

#include "live_map.hpp"
#include "live_program.hpp"

#include <atomic>
#include <functional>
#include <map>
#include <thread>
#include <vector>

namespace {

/// Does something over and over on another thread for as long as it lives.
class Meanwhile {
 public:
  explicit Meanwhile(std::function<void(std::uint32_t round)> act)
      : thread_([this, act = std::move(act)] {
          for (std::uint32_t round = 0; !stop_; ++round) {
            act(round);
            rounds_ = round + 1;
          }
        }) {
    while (rounds_ == 0) std::this_thread::yield();
  }
  ~Meanwhile() {
    stop_ = true;
    thread_.join();
  }
  Meanwhile(const Meanwhile&) = delete;
  Meanwhile& operator=(const Meanwhile&) = delete;

  [[nodiscard]] std::uint32_t rounds() const { return rounds_; }

 private:
  std::atomic<bool> stop_ = false;
  std::atomic<std::uint32_t> rounds_ = 0;
  std::thread thread_;
};

void run_quietly(int program, int times) {
  std::vector<char> packet(64);
  LIBBPF_OPTS(bpf_test_run_opts, options);
  options.data_in = packet.data();
  options.data_size_in = static_cast<std::uint32_t>(packet.size());
  options.repeat = times;
  bpf_prog_test_run_opts(program, &options);
}

constexpr std::uint32_t staying = 50;
constexpr std::int32_t counted_key = 7;

/// Reads with `read` until the program has been seen to count, and checks each reading: every key that stays is there
/// once, and the counted one never goes back.
void check_readings(const std::function<std::vector<std::pair<std::uint32_t, std::uint64_t>>()>& read,
                    const Meanwhile& counting, const Meanwhile& churn) {
  std::uint64_t last = 0;
  std::uint64_t grown = 0;
  const auto before = churn.rounds();
  for (int readings = 0; readings < 20 || grown < 5 || churn.rounds() == before; ++readings) {
    REQUIRE(readings < 1'000'000);
    std::map<std::uint32_t, int> times;
    std::uint64_t now = 0;
    for (const auto& [key, value] : read()) {
      ++times[key];
      if (key == static_cast<std::uint32_t>(counted_key)) now = value;
    }
    for (std::uint32_t key = 0; key < staying; ++key) REQUIRE(times[key] == 1);
    REQUIRE(now >= last);
    grown += now > last ? 1 : 0;
    last = now;
  }
  CHECK(counting.rounds() > 0);
}

}  // namespace

TEST_CASE("an LRU hash is read whole while a program counts in it and keys come and go") {
  const auto map = live::make(BPF_MAP_TYPE_LRU_HASH, 4, 8, 10'000);
  for (std::uint32_t key = 0; key < staying; ++key) live::put(map, key, std::uint64_t{0});
  const auto program = live::counter(map->fd(), counted_key);
  const bccxx::HashTable<std::uint32_t, std::uint64_t> table(map);
  const Meanwhile counting([&](std::uint32_t) { run_quietly(program.get(), 100); });
  const Meanwhile churn([&](std::uint32_t round) {
    const std::uint32_t key = 1000 + round % 500;
    const std::uint64_t value = round;
    if (bpf_map_delete_elem(map->fd(), &key) != 0) bpf_map_update_elem(map->fd(), &key, &value, BPF_ANY);
  });
  check_readings([&] { return table.items(); }, counting, churn);
}

TEST_CASE("per-CPU tables are read whole while a program counts in them") {
  const auto type = GENERATE(BPF_MAP_TYPE_PERCPU_HASH, BPF_MAP_TYPE_LRU_PERCPU_HASH);
  const auto map = live::make(type, 4, 8, 2000);
  const bccxx::PercpuHashTable<std::uint32_t, std::uint64_t> table(map);
  const std::vector<std::uint64_t> none(bccxx::possible_cpus());
  for (std::uint32_t key = 0; key < staying; ++key) table.update(key, none);
  const auto program = live::counter(map->fd(), counted_key);
  const Meanwhile counting([&](std::uint32_t) { run_quietly(program.get(), 100); });
  const Meanwhile churn([&](std::uint32_t round) {
    const std::uint32_t key = 1000 + round % 200;
    if (bpf_map_delete_elem(map->fd(), &key) != 0) bpf_map_update_elem(map->fd(), &key, none.data(), BPF_ANY);
  });
  check_readings([&] { return table.sums(); }, counting, churn);
}

TEST_CASE("a per-CPU array is read whole while a program counts in it") {
  const auto map = live::make(BPF_MAP_TYPE_PERCPU_ARRAY, 4, 8, staying);
  const bccxx::PercpuArrayTable<std::uint64_t> table(map);
  const auto program = live::counter(map->fd(), counted_key);
  const Meanwhile counting([&](std::uint32_t) { run_quietly(program.get(), 100); });
  check_readings([&] { return table.sums(); }, counting, counting);
}

TEST_CASE("a trie is walked whole while a program counts in it and prefixes come and go") {
  using Key = bccxx::LpmKey<4>;
  const auto key_of = [](std::uint32_t n) {
    return Key{24, {10, static_cast<std::uint8_t>(n >> 8), static_cast<std::uint8_t>(n), 0}};
  };
  const auto map = live::make(BPF_MAP_TYPE_LPM_TRIE, 8, 8, 10'000, BPF_F_NO_PREALLOC);
  const bccxx::LpmTrie<Key, std::uint64_t> table(map);
  for (std::uint32_t n = 0; n < staying; ++n) table.update(key_of(n), 0);
  // The key as one number: the length in the low half, the address above it.
  const auto key = key_of(static_cast<std::uint32_t>(counted_key));
  std::uint64_t number = 0;
  std::memcpy(&number, &key, sizeof number);
  std::vector<bpf_insn> code;
  code.push_back(live::instruction(BPF_LD | BPF_DW | BPF_IMM, BPF_REG_1, 0, 0, static_cast<std::int32_t>(number)));
  code.push_back(live::instruction(0, 0, 0, 0, static_cast<std::int32_t>(number >> 32)));
  code.push_back(live::instruction(BPF_STX | BPF_MEM | BPF_DW, BPF_REG_10, BPF_REG_1, -8, 0));
  live::load_map(code, BPF_REG_1, map->fd());
  code.push_back(live::move(BPF_REG_2, BPF_REG_10));
  code.push_back(live::add(BPF_REG_2, -8));
  code.push_back(live::call(BPF_FUNC_map_lookup_elem));
  code.push_back(live::instruction(BPF_JMP | BPF_JEQ | BPF_K, BPF_REG_0, 0, 2, 0));
  code.push_back(live::move_number(BPF_REG_1, 1));
  code.push_back(live::instruction(BPF_STX | BPF_ATOMIC | BPF_DW, BPF_REG_0, BPF_REG_1, 0, BPF_ADD));
  code.push_back(live::move_number(BPF_REG_0, 0));
  code.push_back(live::leave());
  const auto program = live::load(BPF_PROG_TYPE_SOCKET_FILTER, code);

  const Meanwhile counting([&](std::uint32_t) { run_quietly(program.get(), 100); });
  const Meanwhile churn([&](std::uint32_t round) {
    const auto other = key_of(1000 + round % 50);
    const std::uint64_t value = round;
    if (bpf_map_delete_elem(map->fd(), &other) != 0) bpf_map_update_elem(map->fd(), &other, &value, BPF_ANY);
    std::this_thread::yield();
  });
  check_readings(
      [&] {
        std::vector<std::pair<std::uint32_t, std::uint64_t>> result;
        for (const auto& [prefix, value] : table.items()) {
          result.emplace_back(std::uint32_t{prefix.data[1]} << 8 | prefix.data[2], value);
        }
        return result;
      },
      counting, churn);
}

TEST_CASE("a hash of maps is read whole while a program counts in one of them and others are put in and out") {
  using Inner = bccxx::HashTable<std::uint32_t, std::uint64_t>;
  const auto model = live::make(BPF_MAP_TYPE_HASH, 4, 8, 10);
  LIBBPF_OPTS(bpf_map_create_opts, options);
  options.inner_map_fd = static_cast<std::uint32_t>(model->fd());
  const auto outer = std::make_shared<const bccxx::Map>(
      bccxx::UniqueFd(bpf_map_create(BPF_MAP_TYPE_HASH_OF_MAPS, "outer", 4, 4, 2000, &options)), "outer");
  const bccxx::MapInMapTable<std::uint32_t, Inner> table(outer, model);
  for (std::uint32_t key = 0; key < staying; ++key) {
    const auto inner = table.create_inner();
    inner.update(counted_key, 0);
    table.update(key, inner);
  }
  const auto program = live::counter(table[counted_key].fd(), counted_key);
  const Meanwhile counting([&](std::uint32_t) { run_quietly(program.get(), 100); });
  const Meanwhile churn([&](std::uint32_t round) {
    const std::uint32_t key = 1000 + round % 100;
    const int fd = model->fd();
    if (bpf_map_delete_elem(outer->fd(), &key) != 0) bpf_map_update_elem(outer->fd(), &key, &fd, BPF_ANY);
  });
  check_readings(
      [&] {
        std::vector<std::pair<std::uint32_t, std::uint64_t>> result;
        for (const auto& [key, inner] : table.items()) result.emplace_back(key, inner.find(counted_key).value_or(0));
        return result;
      },
      counting, churn);
}
