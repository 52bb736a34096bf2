// What BPF texts can do beyond bcc's dialect, run: strings, increments that create keys, maps given to helpers.

#include <bccxx/bpf.hpp>

#include <catch2/catch.hpp>

#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <numeric>
#include <string>
#include <utility>

using namespace bccxx;

namespace {

/// Attaches to this process's getuid; `body` says what to do there.
BPF on_getuid(const std::string& declarations, const std::string& body) {
  return BPF("#include <linux/sched.h>\n#include <bccxx/strings.h>\n" + declarations +
                 "\nTRACEPOINT_PROBE(syscalls, sys_enter_getuid) {\n"
                 "  if ((bpf_get_current_pid_tgid() >> 32) != MY_PID) return 0;\n" +
                 body + "\n  return 0;\n}\n",
             {.cflags = {"-DMY_PID=" + std::to_string(getpid())}});
}

/// Runs the program with this process named so.
void trigger_as(const std::string& name) {
  char before[16];
  prctl(PR_GET_NAME, before);
  prctl(PR_SET_NAME, name.c_str());
  syscall(SYS_getuid);
  prctl(PR_SET_NAME, before);
}

}  // namespace

TEST_CASE("strings are compared as wholes, by prefix, and with each other", "[bpf_side]") {
  const auto bpf = on_getuid("BPF_ARRAY(hits, u64, 4);\nBPF_ARRAY(wanted, struct { char name[16]; }, 1);", R"(
  char comm[TASK_COMM_LEN] = {};
  int zero = 0;
  bpf_get_current_comm(&comm, sizeof(comm));
  if (bccxx_equals(comm, "bash")) hits.increment(0);
  if (bccxx_starts_with(comm, "bash")) hits.increment(1);
  if (bccxx_equals(comm, "fifteen letters")) hits.increment(2);
  char *name = (char *)wanted.lookup(&zero);
  if (name && bccxx_same_strings(comm, name, TASK_COMM_LEN)) hits.increment(3);)");
  struct Name {
    char text[16];
  };
  bpf.get_array_table<Name>("wanted").update(0, {"bashful"});
  const auto hits = [table = bpf.get_array_table<std::uint64_t>("hits")] {
    const auto values = table.values();
    table.clear();
    return values;
  };
  using Hits = std::vector<std::uint64_t>;
  trigger_as("bash");
  CHECK(hits() == Hits{1, 1, 0, 0});
  trigger_as("bashful");
  CHECK(hits() == Hits{0, 1, 0, 1});
  trigger_as("bashfuller");
  CHECK(hits() == Hits{0, 1, 0, 0});
  trigger_as("bas");
  CHECK(hits() == Hits{0, 0, 0, 0});
  trigger_as("fifteen letters");
  CHECK(hits() == Hits{0, 0, 1, 0});
  trigger_as("");
  CHECK(hits() == Hits{0, 0, 0, 0});
}

TEST_CASE("a string is compared with one that the tracer gave and froze", "[bpf_side]") {
  BPF bpf(R"(
#include <bccxx/strings.h>
#include <linux/sched.h>
struct word { char text[16]; };
BPF_F_TABLE("array", int, struct word, wanted, 1, BPF_F_RDONLY_PROG);
BPF_ARRAY(hits, u64, 1);
TRACEPOINT_PROBE(syscalls, sys_enter_getuid) {
  if ((bpf_get_current_pid_tgid() >> 32) != MY_PID) return 0;
  char comm[TASK_COMM_LEN] = {};
  int zero = 0;
  bpf_get_current_comm(&comm, sizeof(comm));
  struct word *word = wanted.lookup(&zero);
  if (word && bccxx_same_as_frozen(comm, word->text, sizeof(comm))) hits.increment(0);
  return 0;
})",
          {.cflags = {"-DMY_PID=" + std::to_string(getpid())}, .auto_attach = AutoAttach::off});
  struct Word {
    char text[16];
  };
  const auto wanted = bpf.get_array_table<Word>("wanted");
  wanted.update(0, {"bashful"});
  wanted.freeze();
  bpf.attach_tracepoint("syscalls:sys_enter_getuid", "tracepoint__syscalls__sys_enter_getuid");
  const auto hits = bpf.get_array_table<std::uint64_t>("hits");
  for (const auto* name : {"bash", "bashfuller", "", "BASHFUL"}) trigger_as(name);
  CHECK(hits[0] == 0);
  trigger_as("bashful");
  CHECK(hits[0] == 1);
  // The kernel's own comparison is used, where it has one: it alone needs a frozen table.
  utsname kernel{};
  uname(&kernel);
  int major = 0;
  int minor = 0;
  REQUIRE(std::sscanf(kernel.release, "%d.%d", &major, &minor) == 2);
  const auto without_freezing = [] {
    BPF other(R"(
#include <bccxx/strings.h>
struct word { char text[16]; };
BPF_F_TABLE("array", int, struct word, wanted, 1, BPF_F_RDONLY_PROG);
TRACEPOINT_PROBE(syscalls, sys_enter_getuid) {
  char text[16] = {};
  int zero = 0;
  struct word *word = wanted.lookup(&zero);
  return word && bccxx_same_as_frozen(text, word->text, sizeof(text));
})");
  };
  if (std::pair(major, minor) >= std::pair(5, 17)) CHECK_THROWS_AS(without_freezing(), VerifierError);
}

TEST_CASE("increment creates keys in every kind of hash", "[bpf_side]") {
  const std::string kind = GENERATE("hash", "lru_hash", "percpu_hash", "lru_percpu_hash");
  const std::string method = GENERATE("increment", "atomic_increment");
  INFO(kind << ' ' << method);
  const auto bpf = on_getuid(
      "struct key_t { u32 a; u32 b; };\nBPF_TABLE(\"" + kind + "\", struct key_t, u64, counts, 64);",
      "  struct key_t key = {7, 8};\n  counts." + method + "(key);\n  key.b = 9;\n  counts." + method + "(key, 5);\n");
  for (int i = 0; i < 3; ++i) syscall(SYS_getuid);
  struct Key {
    std::uint32_t a;
    std::uint32_t b;
  };
  const auto count = [&](std::uint32_t b) {
    if (kind.find("percpu") == std::string::npos) {
      return bpf.get_hash_table<Key, std::uint64_t>("counts")[{7, b}];
    }
    return bpf.get_percpu_hash_table<Key, std::uint64_t>("counts").sum({7, b});
  };
  CHECK(count(8) == 3);
  CHECK(count(9) == 15);
}

TEST_CASE("helpers take maps by their names", "[bpf_side]") {
  const auto bpf = on_getuid("BPF_HASH(first, u32, u64);\nBPF_HASH(second, u32, u64);", R"(
  u32 key = 1;
  u64 one = 1;
  u64 *count = bpf_map_lookup_elem(&second, &key);
  if (count)
    *count += 1;
  else
    bpf_map_update_elem(&second, &key, &one, BPF_NOEXIST);
  // Only where the key is there already, which no method of bcc's can say.
  key = 2;
  bpf_map_update_elem(&first, &key, &one, BPF_EXIST);
  key = 3;
  bpf_map_update_elem(&first, &key, &one, BPF_EXIST);)");
  const auto first = bpf.get_hash_table<std::uint32_t, std::uint64_t>("first");
  first.update(3, 30);
  for (int i = 0; i < 4; ++i) syscall(SYS_getuid);
  CHECK(first.items() == std::vector<std::pair<std::uint32_t, std::uint64_t>>{{3, 1}});
  CHECK(bpf.get_hash_table<std::uint32_t, std::uint64_t>("second")[1] == 4);
}
