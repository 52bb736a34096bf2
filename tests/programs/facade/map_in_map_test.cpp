// Tables within tables through the front door, with a key of several members and a switch that user space turns.

#include <bccxx/bpf.hpp>

#include <catch2/catch.hpp>

#include <sys/syscall.h>
#include <unistd.h>
#include <cstdint>
#include <string>

using namespace bccxx;

namespace {

struct CustomKey {
  int first;
  int second;
  friend bool operator==(const CustomKey&, const CustomKey&) = default;
};
using Inner = HashTable<int, int>;

constexpr const char* text = R"(
struct custom_key { int first; int second; };
BPF_ARRAY(cntl, int, 1);
BPF_TABLE("hash", int, int, ex1, 1024);
BPF_TABLE("hash", int, int, ex2, 1024);
BPF_TABLE("hash", int, u64, wide, 1024);
BPF_HASH_OF_MAPS(outer, struct custom_key, "ex1", 10);

TRACEPOINT_PROBE(syscalls, sys_enter_getuid) {
  if ((bpf_get_current_pid_tgid() >> 32) != MY_PID) return 0;
  int zero = 0;
  int one = 1;
  int *chosen = cntl.lookup(&zero);
  if (!chosen || *chosen == 0) return 0;
  struct custom_key key = {1, *chosen};
  void *inner = outer.lookup(&key);
  if (!inner) return 0;
  int *count = bpf_map_lookup_elem(inner, &zero);
  if (count)
    __sync_fetch_and_add(count, 1);
  else
    bpf_map_update_elem(inner, &zero, &one, BPF_ANY);
  return 0;
}
)";

BPF started() { return BPF(text, {.cflags = {"-DMY_PID=" + std::to_string(getpid())}}); }

}  // namespace

TEST_CASE("a switch in a table chooses the inner table that counts", "[map_in_map]") {
  const BPF bpf = started();
  const auto outer = bpf.get_map_in_map_table<CustomKey, Inner>("outer");
  const auto cntl = bpf.get_array_table<int>("cntl");
  const auto ex1 = bpf.get_hash_table<int, int>("ex1");
  const auto ex2 = bpf.get_hash_table<int, int>("ex2");
  outer.update({1, 1}, ex1);
  outer.update({1, 2}, ex2);
  // What the slot holds is the table itself, not a number.
  CHECK(outer[{1, 1}].map()->info().id == ex1.map()->info().id);
  CHECK(outer[{1, 2}].map()->info().id == ex2.map()->info().id);

  syscall(SYS_getuid);
  cntl.update(0, 1);
  syscall(SYS_getuid);
  cntl.update(0, 2);
  syscall(SYS_getuid);
  syscall(SYS_getuid);
  cntl.update(0, 0);
  syscall(SYS_getuid);
  CHECK(outer[{1, 1}].items() == std::vector<std::pair<int, int>>{{0, 1}});
  CHECK(outer[{1, 2}].items() == std::vector<std::pair<int, int>>{{0, 2}});

  CHECK(outer.remove({1, 2}));
  CHECK(outer.keys() == std::vector<CustomKey>{{1, 1}});
  CHECK_FALSE(outer.find({1, 2}));
  cntl.update(0, 2);
  syscall(SYS_getuid);
  CHECK(ex2.items() == std::vector<std::pair<int, int>>{{0, 2}});
}

TEST_CASE("an inner table made at run time is counted in", "[map_in_map]") {
  const BPF bpf = started();
  const auto outer = bpf.get_map_in_map_table<CustomKey, Inner>("outer");
  const auto made = outer.create_inner("made");
  CHECK(made.capacity() == 1024);
  outer.update({1, 9}, made);
  bpf.get_array_table<int>("cntl").update(0, 9);
  for (int i = 0; i < 3; ++i) syscall(SYS_getuid);
  CHECK(made[0] == 3);
  CHECK(outer[{1, 9}][0] == 3);
}

TEST_CASE("an inner table unlike the template is refused with both shapes", "[map_in_map]") {
  const BPF bpf = started();
  const auto wide = bpf.get_map_in_map_table<CustomKey, HashTable<int, std::uint64_t>>("outer");
  try {
    wide.update({1, 1}, bpf.get_hash_table<int, std::uint64_t>("wide"));
    FAIL("accepted");
  } catch (const TypeMismatch& error) {
    const std::string message = error.what();
    INFO(message);
    CHECK(message.find("outer") != std::string::npos);
    CHECK(message.find("is hash, key 4 bytes, value 4 bytes, 1024 entries") != std::string::npos);
    CHECK(message.find("not hash, key 4 bytes, value 8 bytes, 1024 entries") != std::string::npos);
  }
  CHECK(bpf.get_map_in_map_table<CustomKey, Inner>("outer").keys().empty());
}

TEST_CASE("a full outer table and a handle of another kind are refused", "[map_in_map]") {
  const BPF bpf = started();
  const auto outer = bpf.get_map_in_map_table<CustomKey, Inner>("outer");
  for (int i = 0; i < 10; ++i) outer.update({1, i}, bpf.get_hash_table<int, int>("ex1"));
  CHECK_THROWS_AS(outer.update({1, 10}, bpf.get_hash_table<int, int>("ex1")), SystemError);
  CHECK(outer.keys().size() == 10);
  CHECK_THROWS_AS((bpf.get_map_in_map_table<int, Inner>("outer")), TypeMismatch);
  CHECK_THROWS_AS((bpf.get_map_in_map_table<CustomKey, ArrayTable<int>>("outer")[{1, 1}]), TypeMismatch);
}

TEST_CASE("a program reads inner tables of different sizes, hashes and arrays of BPF_F_INNER_MAP", "[map_in_map]") {
  const std::string inner =
      GENERATE(R"(BPF_F_TABLE("array", u32, u64, inner, 4, 1 << 12);)", R"(BPF_TABLE("hash", u32, u64, inner, 4);)");
  const BPF bpf(inner + R"(
BPF_ARRAY_OF_MAPS(outer, "inner", 2);
TRACEPOINT_PROBE(syscalls, sys_enter_getuid) {
  if ((bpf_get_current_pid_tgid() >> 32) != MY_PID) return 0;
  int one = 1;
  u32 fifty = 50;
  void *chosen = outer.lookup(&one);
  if (!chosen) return 0;
  u64 *count = bpf_map_lookup_elem(chosen, &fifty);
  if (count) __sync_fetch_and_add(count, 1);
  return 0;
}
)",
                {.cflags = {"-DMY_PID=" + std::to_string(getpid())}});
  const auto run = [&](const auto& outer) {
    const auto larger = outer.create_inner("larger", 100);
    larger.update(50, 0);
    outer.update(1, larger);
    syscall(SYS_getuid);
    syscall(SYS_getuid);
    CHECK(outer[1][50] == 2);
    // The declared size is still good, and what is not in it is not found.
    outer.update(1, outer.create_inner());
    syscall(SYS_getuid);
    CHECK(larger[50] == 2);
  };
  if (inner.find("array") != std::string::npos) {
    run(bpf.get_map_in_map_table<int, ArrayTable<std::uint64_t>>("outer"));
  } else {
    run(bpf.get_map_in_map_table<int, HashTable<std::uint32_t, std::uint64_t>>("outer"));
  }
}
