// Every map macro of bcc's dialect, compiled without touching the kernel.

#include "compile/worker/run_bccxx_cc.hpp"

#include <fmt/format.h>
#include <linux/bpf.h>

#include <catch2/catch.hpp>

using bccxx::object::MapSharing;
using bccxx::test::Compiler;

namespace {

/// `{}` in the declaration is the map's name.
struct Row {
  const char* declaration;
  std::uint32_t type;
  std::uint32_t key_size;
  std::uint32_t value_size;
  std::uint32_t max_entries;
  std::uint32_t flags = 0;
};

const Row rows[] = {
    {"BPF_F_TABLE(\"hash\", u32, u64, {}, 100, BPF_F_NO_PREALLOC);", BPF_MAP_TYPE_HASH, 4, 8, 100, BPF_F_NO_PREALLOC},
    {"BPF_TABLE(\"array\", int, struct data_t, {}, 10);", BPF_MAP_TYPE_ARRAY, 4, 32, 10},
    {"BPF_TABLE(\"percpu_hash\", u32, u64, {}, 10);", BPF_MAP_TYPE_PERCPU_HASH, 4, 8, 10},
    {"BPF_TABLE(\"lru_hash\", u32, u64, {}, 10);", BPF_MAP_TYPE_LRU_HASH, 4, 8, 10},
    {"BPF_TABLE(\"lru_percpu_hash\", u32, u64, {}, 10);", BPF_MAP_TYPE_LRU_PERCPU_HASH, 4, 8, 10},
    {"BPF_HASH({});", BPF_MAP_TYPE_HASH, 8, 8, 10240},
    {"BPF_HASH({}, u32);", BPF_MAP_TYPE_HASH, 4, 8, 10240},
    {"BPF_HASH({}, struct data_t, u32);", BPF_MAP_TYPE_HASH, 32, 4, 10240},
    {"BPF_HASH({}, struct data_t, struct data_t, 7);", BPF_MAP_TYPE_HASH, 32, 32, 7},
    {"BPF_PERCPU_HASH({}, u32, u64, 5);", BPF_MAP_TYPE_PERCPU_HASH, 4, 8, 5},
    {"BPF_ARRAY({});", BPF_MAP_TYPE_ARRAY, 4, 8, 10240},
    {"BPF_ARRAY({}, struct data_t, 3);", BPF_MAP_TYPE_ARRAY, 4, 32, 3},
    {"BPF_PERCPU_ARRAY({}, u64, 4);", BPF_MAP_TYPE_PERCPU_ARRAY, 4, 8, 4},
    {"BPF_HISTOGRAM({});", BPF_MAP_TYPE_ARRAY, 4, 8, 64},
    {"BPF_HISTOGRAM({}, struct data_t, 9);", BPF_MAP_TYPE_HASH, 32, 8, 9},
    {"BPF_LPM_TRIE({}, struct prefix_t);", BPF_MAP_TYPE_LPM_TRIE, 8, 8, 10240, BPF_F_NO_PREALLOC},
    {"BPF_LPM_TRIE({});", BPF_MAP_TYPE_LPM_TRIE, 8, 8, 10240, BPF_F_NO_PREALLOC},
    {"BPF_STACK_TRACE({}, 1000);", BPF_MAP_TYPE_STACK_TRACE, 4, 127 * 8, 1024},
    {"BPF_STACK_TRACE_BUILDID({}, 128);", BPF_MAP_TYPE_STACK_TRACE, 4, 127 * 32, 128, BPF_F_STACK_BUILD_ID},
    {"BPF_PROG_ARRAY({}, 8);", BPF_MAP_TYPE_PROG_ARRAY, 4, 4, 8},
    {"BPF_PERF_ARRAY({}, 4);", BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, 4},
    {"BPF_PERF_OUTPUT({});", BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, 0},
    {"BPF_RINGBUF_OUTPUT({}, 8);", BPF_MAP_TYPE_RINGBUF, 0, 0, 8 * 4096},
    {"BPF_CGROUP_ARRAY({}, 2);", BPF_MAP_TYPE_CGROUP_ARRAY, 4, 4, 2},
    {"BPF_QUEUE({}, struct data_t, 12);", BPF_MAP_TYPE_QUEUE, 0, 32, 12},
    {"BPF_STACK({}, u64, 12, 0);", BPF_MAP_TYPE_STACK, 0, 8, 12},
    {"BPF_DEVMAP({}, 4);", BPF_MAP_TYPE_DEVMAP, 4, 4, 4},
    {"BPF_CPUMAP({}, 4);", BPF_MAP_TYPE_CPUMAP, 4, 4, 4},
    {"BPF_XSKMAP({}, 4);", BPF_MAP_TYPE_XSKMAP, 4, 4, 4},
    {"BPF_ARRAY_OF_MAPS({}, \"inner\", 9);", BPF_MAP_TYPE_ARRAY_OF_MAPS, 4, 4, 9},
    {"BPF_HASH_OF_MAPS({}, struct data_t, \"inner\", 9);", BPF_MAP_TYPE_HASH_OF_MAPS, 32, 4, 9},
    {"BPF_SOCKMAP({}, 5);", BPF_MAP_TYPE_SOCKMAP, 4, 4, 5},
    {"BPF_SOCKHASH({});", BPF_MAP_TYPE_SOCKHASH, 4, 4, 10240},
    {"BPF_SK_STORAGE({}, u64);", BPF_MAP_TYPE_SK_STORAGE, 4, 8, 0, BPF_F_NO_PREALLOC},
    {"BPF_INODE_STORAGE({}, u64);", BPF_MAP_TYPE_INODE_STORAGE, 4, 8, 0, BPF_F_NO_PREALLOC},
    {"BPF_TASK_STORAGE({}, u64);", BPF_MAP_TYPE_TASK_STORAGE, 4, 8, 0, BPF_F_NO_PREALLOC},
    {"BPF_CGROUP_STORAGE({}, u64);", BPF_MAP_TYPE_CGROUP_STORAGE, 16, 8, 0},
    {"BPF_PERCPU_CGROUP_STORAGE({}, u64);", BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE, 16, 8, 0},
};

}  // namespace

TEST_CASE("each map macro gives the map bcc would create", "[worker]") {
  const Compiler compiler;
  // One text holds them all: a compile takes longer than everything else here.
  std::string text =
      "struct data_t { u32 pid; u64 time; char comm[16]; };\nstruct prefix_t { u32 prefixlen; u32 address; };\n"
      "BPF_HASH(inner, u32);\n";
  const auto name = [](const Row& row) { return fmt::format("map_{}", &row - rows); };
  for (const auto& row : rows) text += fmt::format(fmt::runtime(row.declaration), name(row)) + '\n';
  const auto outcome = compiler.compile(text + "int f(struct pt_regs *ctx) { return 0; }\n");
  INFO(text << outcome.errors);
  REQUIRE(outcome.status == 0);
  const auto object = compiler.object();
  CHECK(object.maps().size() == std::size(rows) + 1);
  for (const auto& row : rows) {
    INFO(row.declaration);
    const auto* map = object.find_map(name(row));
    REQUIRE(map != nullptr);
    CHECK(map->type == row.type);
    CHECK(map->key_size == row.key_size);
    CHECK(map->value_size == row.value_size);
    CHECK(map->max_entries == row.max_entries);
    CHECK(map->flags == row.flags);
    CHECK(map->sharing == MapSharing::own);
    CHECK(map->pin_path.empty());
  }
}

TEST_CASE("pins, sharing and inner maps are declared, not made", "[worker]") {
  const Compiler compiler;
  const auto pin = compiler.path("deep/er/pin").string();
  const auto outcome =
      compiler.compile(fmt::format("struct two {{ u32 a; u32 b; }};\n"
                                   "BPF_TABLE_PINNED(\"hash\", u32, u64, pinned, 100, \"{0}\");\n"
                                   "BPF_QUEUESTACK_PINNED(\"queue\", queue_pinned, u64, 5, 0, \"{0}q\");\n"
                                   "BPF_XSKMAP(sockets, 4, \"{0}x\");\n"
                                   "BPF_TABLE_PUBLIC(\"hash\", u32, u64, everybodys, 100);\n"
                                   "BPF_TABLE_SHARED(\"array\", int, u64, ours, 100);\n"
                                   "BPF_QUEUESTACK_PUBLIC(\"stack\", open_stack, u64, 5, 0);\n"
                                   "BPF_TABLE(\"extern\", u32, struct two, theirs, 10);\n"
                                   "BPF_PERF_OUTPUT(events);\n"
                                   "BPF_ARRAY(inner, u64, 3);\n"
                                   "BPF_ARRAY_OF_MAPS(outer, \"inner\", 4);\n"
                                   "int f(struct pt_regs *ctx) {{\n"
                                   "  struct two data = {{1, 2}}; u32 key = 1;\n"
                                   "  theirs.update(&key, &data); everybodys.increment(key);\n"
                                   "  events.perf_submit(ctx, &data, sizeof(data));\n"
                                   "  return 0;\n}}\n",
                                   pin));
  INFO(outcome.errors);
  REQUIRE(outcome.status == 0);
  const auto object = compiler.object();
  CHECK(object.find_map("pinned")->pin_path == pin);
  CHECK(object.find_map("queue_pinned")->pin_path == pin + "q");
  CHECK(object.find_map("sockets")->pin_path == pin + "x");
  CHECK_FALSE(std::filesystem::exists(compiler.path("deep")));
  CHECK(object.find_map("everybodys")->sharing == MapSharing::exported);
  CHECK(object.find_map("open_stack")->sharing == MapSharing::exported);
  CHECK(object.find_map("ours")->sharing == MapSharing::shared);
  const auto* theirs = object.find_map("theirs");
  REQUIRE(theirs != nullptr);
  CHECK(theirs->sharing == MapSharing::external);
  CHECK(theirs->key_size == 4);
  CHECK(theirs->value_size == 8);
  CHECK(object.find_map("outer")->inner_map == "inner");
  const auto* events = object.find_map("events");
  CHECK(events->one_entry_per_cpu);
  REQUIRE(events->event.size() == 2);
  CHECK(events->event[0].name == "a");
  CHECK(events->event[1].type == "u32");
}

TEST_CASE("tables of another object may be declared in a header, with flags, and twice in a line", "[worker]") {
  const Compiler compiler;
  compiler.write("shared.h",
                 "struct two { u32 a; u32 b; };\n#define SIZE 10\n"
                 "BPF_TABLE(\"extern\", u32, struct two, from_header, SIZE); BPF_TABLE( \"extern\" , struct two ,\n"
                 "  u64, second, 10 ) ;\n// BPF_TABLE(\"extern\", u32, u32, commented, 10);\n");
  const auto outcome = compiler.compile(
      "#include \"shared.h\"\nBPF_F_TABLE(\"extern\", u32, u64, with_flags, 10, BPF_F_NO_PREALLOC);\n"
      "int f(struct pt_regs *ctx) {\n  u32 key = 1; struct two value = {};\n"
      "  from_header.update(&key, &value); second.increment(value); with_flags.increment(key);\n  return 0;\n}\n");
  INFO(outcome.errors);
  REQUIRE(outcome.status == 0);
  const auto object = compiler.object();
  CHECK(object.maps().size() == 3);
  for (const auto& [name, key_size] : {std::pair("from_header", 4U), {"second", 8U}, {"with_flags", 4U}}) {
    INFO(name);
    const auto* map = object.find_map(name);
    REQUIRE(map != nullptr);
    CHECK(map->sharing == MapSharing::external);
    CHECK(map->key_size == key_size);
    CHECK(map->value_size == 8);
  }
}

TEST_CASE("names longer than the kernel's 15 characters are kept whole", "[worker]") {
  const Compiler compiler;
  const auto outcome = compiler.compile(
      "BPF_HASH(a_table_with_a_very_long_name, u32);\nBPF_HASH(a_table_with_a_very_long_name_too, u32);\n"
      "int a_function_with_a_very_long_name(struct pt_regs *ctx) {\n"
      "  a_table_with_a_very_long_name.increment(1);\n  a_table_with_a_very_long_name_too.increment(1);\n"
      "  return 0;\n}\n");
  INFO(outcome.errors);
  REQUIRE(outcome.status == 0);
  const auto object = compiler.object();
  CHECK(object.find_map("a_table_with_a_very_long_name") != nullptr);
  CHECK(object.find_map("a_table_with_a_very_long_name_too") != nullptr);
  CHECK(object.find_program("a_function_with_a_very_long_name") != nullptr);
}
