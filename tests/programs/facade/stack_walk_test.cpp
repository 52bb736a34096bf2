// Stacks of real events, walked by name.

#include "programs/run_program.hpp"

#include <bccxx/bpf.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <thread>

using namespace bccxx;
using namespace programs_test;

namespace {

/// Takes stacks of one process when it asks for its parent, and the kernel's when it ends.
constexpr const char* take_stacks = R"(
STACKS(stacks, 256);
BPF_ARRAY(taken, s64, 2);
TRACEPOINT_PROBE(syscalls, sys_enter_getppid) {
  if (bpf_get_current_pid_tgid() >> 32 != TARGET) return 0;
  int zero = 0;
  s64 id = stacks.get_stackid(args, BPF_F_USER_STACK);
  taken.update(&zero, &id);
  return 0;
}
#ifdef KERNEL_STACK
TRACEPOINT_PROBE(sched, sched_process_exit) {
  if (bpf_get_current_pid_tgid() >> 32 != TARGET) return 0;
  int one = 1;
  s64 id = stacks.get_stackid(args, 0);
  taken.update(&one, &id);
  return 0;
}
#endif
)";

struct Load : Process {
  explicit Load(std::vector<std::string> arguments = {}) : Process(load_command("stackload", std::move(arguments))) {
    wait_until([&] { return out().find("ready\n") != std::string::npos; });
  }
  void ask() {
    write_line("go");
    wait_until([&] { return out().find("done\n") != std::string::npos; });
  }
};

Options options_for(const Load& load, const std::string& stacks, const std::vector<std::string>& more = {}) {
  Options options{.cflags = {"-DTARGET=" + std::to_string(load.pid()), "-DSTACKS=" + stacks}};
  options.cflags.insert(options.cflags.end(), more.begin(), more.end());
  return options;
}

std::int64_t taken(const BPF& bpf, std::uint32_t index) {
  const auto id = bpf.get_array_table<std::int64_t>("taken")[index];
  REQUIRE(id >= 0);
  return id;
}

const Frame* find(const std::vector<Frame>& frames, const std::string& symbol) {
  const auto found = std::ranges::find(frames, symbol, &Frame::symbol);
  return found == frames.end() ? nullptr : &*found;
}

std::string names(const std::vector<Frame>& frames) {
  std::string all;
  for (const auto& frame : frames) all += to_string(frame) + "\n";
  return all;
}

/// The line of stackload.cpp that ends in a comment for this test.
int marked_line() {
  std::ifstream source(BCCXX_SOURCE_DIR "/tests/load/stackload.cpp");
  std::string text;
  for (int line = 1; std::getline(source, text); ++line)
    if (text.ends_with("// the test looks for this line")) return line;
  return 0;
}

/// The frames of stackload's chain of calls, under the names of those that called.
void check_chain(const std::vector<Frame>& frames) {
  INFO(names(frames));
  for (const auto* symbol : {"never_returns", "ends_in_call", "with_inlined_call", "main"}) CHECK(find(frames, symbol));
  CHECK_FALSE(find(frames, "comes_next"));
  const auto* outer = find(frames, "with_inlined_call");
  REQUIRE(outer != nullptr);
  REQUIRE(outer->inlined.size() == 1);
  CHECK(outer->inlined[0].symbol.find("inlined_call") != std::string::npos);
  CHECK(outer->inlined[0].line == marked_line());
}

}  // namespace

TEST_CASE("a user stack names what called, also where the call was its last instruction", "[stack_walk]") {
  Load load;
  BPF bpf(take_stacks, options_for(load, "BPF_STACK_TRACE"));
  load.ask();
  const auto table = bpf.get_stack_table("stacks");
  const auto id = taken(bpf, 0);
  const auto frames = table.walk(id, load.pid());
  check_chain(frames);
  // True addresses, and offsets that belong to them.
  const auto addresses = table[id];
  REQUIRE(frames.size() == addresses.size());
  for (std::size_t i = 0; i < frames.size(); ++i) {
    CHECK(frames[i].address == addresses[i]);
    const auto at_start = bpf.symbols().resolve(load.pid(), addresses[i] - frames[i].offset);
    if (frames[i].resolved() && frames[i].module.find("stackload") != std::string::npos)
      CHECK(at_start.symbol == frames[i].symbol);
  }
  // The return address itself is the next function's: looked up as it is, it would be named wrongly.
  const auto* last = find(frames, "ends_in_call");
  REQUIRE(last != nullptr);
  CHECK(bpf.symbols().resolve(load.pid(), last->address).symbol == "comes_next");
  CHECK(bpf.symbols().resolve(load.pid(), last->address).offset == 0);
}

TEST_CASE("symbols are looked for as the options say", "[stack_walk]") {
  Load load;
  auto options = options_for(load, "BPF_STACK_TRACE");
  options.symbols = {.lines = false};
  BPF bpf(take_stacks, options);
  load.ask();
  const auto frames = bpf.get_stack_table("stacks").walk(taken(bpf, 0), load.pid());
  CHECK(find(frames, "main"));
  for (const auto& frame : frames) CHECK((frame.file.empty() && frame.inlined.empty()));
}

TEST_CASE("a kernel stack names what called, also where the call was its last instruction", "[stack_walk]") {
  Load load;
  BPF bpf(take_stacks, options_for(load, "BPF_STACK_TRACE", {"-DKERNEL_STACK"}));
  CHECK(load.wait().ended == "exit 0");
  const auto table = bpf.get_stack_table("stacks");
  const auto id = taken(bpf, 1);
  const auto frames = table.walk(id, -1);
  INFO(names(frames));
  REQUIRE(frames.size() > 2);
  CHECK(find(frames, "do_exit"));
  // It ends with a call of do_group_exit, which does not return.
  CHECK(find(frames, BPF::get_syscall_fnname("exit_group")));
  const auto addresses = table[id];
  REQUIRE(frames.size() == addresses.size());
  for (std::size_t i = 0; i < frames.size(); ++i) {
    CHECK(frames[i].resolved());
    CHECK(frames[i].address == addresses[i]);
    CHECK(bpf.ksym(frames[i].address - frames[i].offset).symbol == frames[i].symbol);
  }
}

TEST_CASE("a stack of build ids is walked while its process lives and when it has gone", "[stack_walk]") {
  Load load;
  const auto pid = load.pid();
  BPF bpf(take_stacks, options_for(load, "BPF_STACK_TRACE_BUILDID"));
  load.ask();
  const auto table = bpf.get_stackbuildid_table("stacks");
  const auto id = taken(bpf, 0);
  const auto entries = table[id];
  REQUIRE(entries.size() > 4);
  for (const auto& entry : entries) CHECK(entry.status == BuildIdFrame::Status::valid);

  SECTION("alive") { check_chain(table.walk(id, pid)); }
  SECTION("met while it lived") {
    bpf.symbols().remember(pid);
    CHECK(load.wait().ended == "exit 0");
    check_chain(table.walk(id, pid));
    check_chain(table.walk(id));
  }
  SECTION("never met, its binary known") {
    CHECK(load.wait().ended == "exit 0");
    const auto unknown = table.walk(id, pid);
    CHECK_FALSE(find(unknown, "ends_in_call"));
    for (const auto& frame : unknown) CHECK((frame.resolved() || frame.reason == Unresolved::unknown_build_id));
    REQUIRE(bpf.symbols().add_module(load_command("stackload", {}).front()));
    check_chain(table.walk(id, pid));
  }
  CHECK_THROWS_AS(table.walk(-17, pid), KeyError);
}

TEST_CASE("code made at run time is named in both kinds of stacks, also when its process has gone", "[stack_walk]") {
  const auto kind = GENERATE(as<std::string>(), "BPF_STACK_TRACE", "BPF_STACK_TRACE_BUILDID");
  Load load({"jit"});
  const auto pid = load.pid();
  BPF bpf(take_stacks, options_for(load, kind));
  load.ask();
  const auto id = taken(bpf, 0);
  const auto walk = [&] {
    return kind == "BPF_STACK_TRACE" ? bpf.get_stack_table("stacks").walk(id, pid)
                                     : bpf.get_stackbuildid_table("stacks").walk(id, pid);
  };
  if (kind == "BPF_STACK_TRACE_BUILDID") {
    const auto entries = bpf.get_stackbuildid_table("stacks")[id];
    REQUIRE_FALSE(entries.empty());
    CHECK(entries[0].status == BuildIdFrame::Status::ip);
    const auto whose = bpf.get_stackbuildid_table("stacks").walk(id);
    CHECK(whose[0].reason == Unresolved::process_gone);
    CHECK(whose[0].address == entries[0].offset_or_ip);
  }
  const auto check = [&] {
    const auto frames = walk();
    INFO(names(frames));
    REQUIRE_FALSE(frames.empty());
    CHECK(frames[0].symbol == "made_at_run_time");
    CHECK(find(frames, "ends_in_call"));
  };
  SECTION("alive") { check(); }
  SECTION("gone, and its map with it") {
    bpf.symbols().remember_once(pid);
    CHECK(load.wait().ended == "exit 0");
    check();
  }
  SECTION("gone and never met") {
    CHECK(load.wait().ended == "exit 0");
    const auto frames = walk();
    REQUIRE_FALSE(frames.empty());
    CHECK(frames[0].reason == Unresolved::process_gone);
  }
}

TEST_CASE("a stack may be the key of a hash, and a table may hold shallow ones", "[stack_walk]") {
  Load load;
  BPF bpf(R"(
struct trace { u64 ip[127]; };
struct shallow { u64 ip[3]; };
BPF_HASH(counts, struct trace, u64, 64);
BPF_PERCPU_ARRAY(scratch, struct trace, 1);
BPF_TABLE("stacktrace", int, struct shallow, tops, 64);
BPF_ARRAY(taken, s64, 1);
TRACEPOINT_PROBE(syscalls, sys_enter_getppid) {
  if (bpf_get_current_pid_tgid() >> 32 != TARGET) return 0;
  int zero = 0;
  u64 none = 0;
  struct trace *trace = scratch.lookup(&zero);
  if (!trace) return 0;
  __builtin_memset(trace, 0, sizeof(*trace));
  if (bpf_get_stack(args, trace->ip, sizeof(trace->ip), BPF_F_USER_STACK) < 0) return 0;
  u64 *count = counts.lookup_or_try_init(trace, &none);
  if (count) __sync_fetch_and_add(count, 1);
  s64 id = tops.get_stackid(args, BPF_F_USER_STACK);
  taken.update(&zero, &id);
  return 0;
}
)",
          {.cflags = {"-DTARGET=" + std::to_string(load.pid())}});
  load.ask();
  struct Trace {
    std::uint64_t addresses[127];
  };
  const auto counts = bpf.get_hash_table<Trace, std::uint64_t>("counts").items();
  REQUIRE(counts.size() == 1);
  CHECK(counts[0].second == 1);
  const auto& addresses = counts[0].first.addresses;
  const auto depth = std::ranges::find(addresses, std::uint64_t{0}) - std::begin(addresses);
  const auto frames =
      bpf.symbols().resolve_stack(load.pid(), std::span(addresses).first(static_cast<std::size_t>(depth)));
  check_chain(frames);

  const auto tops = bpf.get_stack_table("tops");
  CHECK(tops.depth() == 3);
  const auto top = tops.walk(taken(bpf, 0), load.pid());
  REQUIRE(top.size() == 3);
  for (std::size_t i = 0; i < top.size(); ++i) CHECK(to_string(top[i]) == to_string(frames[i]));
}

TEST_CASE("a user stack of the idle task, which has none, is counted as one that cannot be walked", "[stack_walk]") {
  BPF bpf(R"(
#include <bccxx/stacks.h>
BPF_STACK_TRACE(stacks, 1024);
BCCXX_LOST_STACKS(lost);
TRACEPOINT_PROBE(sched, sched_switch) {
  if (args->prev_pid != 0) return 0;
  int zero = 0;
  s64 stack = stacks.get_stackid(args, BPF_F_USER_STACK);
  if (stack < 0) bccxx_count_lost_stack(lost.lookup(&zero), stack, 1);
  return 0;
}
)");
  const auto lost = [&] { return bpf.get_lost_stacks("lost"); };
  for (int i = 0; i < 1000 && lost().unwalkable.events == 0; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  CHECK(lost().unwalkable.events > 0);
  CHECK(lost().collisions.events == 0);
}

TEST_CASE("lost stacks are counted by what was wrong, with what they weigh", "[stack_walk]") {
  Load load;
  BPF bpf(R"(
#include <bccxx/stacks.h>
BCCXX_LOST_STACKS(lost);
BPF_ARRAY(other, u64, 1);
TRACEPOINT_PROBE(syscalls, sys_enter_getppid) {
  if (bpf_get_current_pid_tgid() >> 32 != TARGET) return 0;
  int zero = 0;
  int absent = 1;
  bccxx_count_lost_stack(lost.lookup(&zero), -17, 100);
  bccxx_count_lost_stack(lost.lookup(&zero), -17, 10);
  bccxx_count_lost_stack(lost.lookup(&zero), -14, 7);
  bccxx_count_lost_stack(lost.lookup(&zero), -12, 3);
  bccxx_count_lost_stack(lost.lookup(&zero), 0, 1000);
  bccxx_count_lost_stack(lost.lookup(&absent), -17, 1000);
  return 0;
}
)",
          {.cflags = {"-DTARGET=" + std::to_string(load.pid())}});
  CHECK(bpf.get_lost_stacks("lost").collisions.events == 0);
  load.ask();
  const auto lost = bpf.get_lost_stacks("lost");
  CHECK(lost.collisions.events == 2);
  CHECK(lost.collisions.weight == 110);
  CHECK(lost.unwalkable.events == 1);
  CHECK(lost.unwalkable.weight == 7);
  CHECK(lost.others.events == 1);
  CHECK(lost.others.weight == 3);
  CHECK_THROWS_AS(bpf.get_lost_stacks("other"), TypeMismatch);
  CHECK_THROWS_AS(bpf.get_lost_stacks("lots"), NotFound);
}
