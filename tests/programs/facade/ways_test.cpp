// Events, rings, stacks and functions of modules through every hook of this kernel: each gives the same.

#include "programs/facade/ways.hpp"
#include "common/skip.hpp"

#include <bccxx/bpf.hpp>
#include <bccxx/runtime/features.hpp>

#include <catch2/catch.hpp>

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

using namespace bccxx;
using namespace std::chrono_literals;

namespace {

using test::for_this_process;
using test::Way;
using test::ways_here;

struct Event {
  std::uint64_t value;
};

constexpr const char* events_text = R"(
#include <uapi/linux/ptrace.h>
struct event_t { u64 value; };
struct stacks_t { s64 kernel, user; };
BPF_PERF_OUTPUT(perf_events);
BPF_RINGBUF_OUTPUT(ring_events, 8);
BPF_STACK_TRACE(stacks, 1024);
BPF_HASH(stack_counts, struct stacks_t);
static int mine(void) { return (bpf_get_current_pid_tgid() >> 32) == MY_PID; }
int entered(struct pt_regs *ctx) {
  if (!mine()) return 0;
  struct event_t event = {1};
  perf_events.perf_submit(ctx, &event, sizeof(event));
  ring_events.ringbuf_output(&event, sizeof(event), 0);
  struct stacks_t key = {};
  key.kernel = stacks.get_stackid(ctx, 0);
  key.user = stacks.get_stackid(ctx, BPF_F_USER_STACK);
  stack_counts.increment(key);
  return 0;
}
int returned(struct pt_regs *ctx) {
  if (!mine()) return 0;
  struct event_t event = {PT_REGS_RC(ctx)};
  perf_events.perf_submit(ctx, &event, sizeof(event));
  ring_events.ringbuf_output(&event, sizeof(event), 0);
  return 0;
}
)";

struct StackKey {
  std::int64_t kernel;
  std::int64_t user;
};

using Counts = std::map<std::uint64_t, int>;

/// What was seen of the calls through one way.
struct Seen {
  Counts perf;
  Counts ring;
  std::vector<std::uint64_t> user_stack;
  std::uint64_t stacks = 0;
  bool kernel_stack_is_right = false;
};

/// A system call whose result is this process's own group.
constexpr int calls = 6;
[[gnu::noinline]] void call() {
  for (int i = 0; i < calls; ++i) syscall(SYS_getpgid, 0);
}

Seen watch(const Way& way) {
  BPF bpf(events_text, for_this_process());
  Seen seen;
  bpf.open_perf_buffer<Event>("perf_events", [&](int, const Event& event) { ++seen.perf[event.value]; });
  bpf.open_ring_buffer<Event>("ring_events", [&](const Event& event) { ++seen.ring[event.value]; });
  const auto function = BPF::get_syscall_fnname("getpgid");
  CHECK(bpf.attach_kprobe(function, "entered", {.via = way.at_entry}).via() == way.at_entry);
  CHECK(bpf.attach_kretprobe(function, "returned", {.via = way.at_return}).via() == way.at_return);
  call();
  while (bpf.poll_perf_buffer(0ms) != 0) {
  }
  while (bpf.ring_buffer_poll(0ms) != 0) {
  }
  const auto stacks = bpf.get_stack_table("stacks");
  for (const auto& [key, count] : bpf.get_hash_table<StackKey, std::uint64_t>("stack_counts").items()) {
    // Older kernels give a system call's tracepoint the caller's registers, and no kernel stack begins there.
    const bool none_there = way.at_entry == AttachVia::tracepoint && key.kernel == -EFAULT;
    CHECK((key.kernel >= 0 || none_there));
    CHECK(key.user >= 0);
    if (key.user < 0) continue;
    seen.stacks += count;
    seen.user_stack = stacks[key.user];
    seen.kernel_stack_is_right |= none_there;
    if (key.kernel < 0) continue;
    for (const auto& frame : stacks.walk(key.kernel, -1)) {
      seen.kernel_stack_is_right |= frame.symbol == "do_syscall_64";
    }
  }
  return seen;
}

/// The module's function that opens a file of the root file system, where that is an overlay.
constexpr const char* module_function = "ovl_open";

bool module_opens_own_file() {
  struct statfs status = {};
  if (statfs("/proc/self/exe", &status) != 0 || status.f_type != OVERLAYFS_SUPER_MAGIC) return false;
  std::ifstream symbols("/proc/kallsyms");
  for (std::string line; std::getline(symbols, line);) {
    if (line.find(std::string(" ") + module_function + "\t[overlay]") != std::string::npos) return true;
  }
  return false;
}

constexpr const char* module_text = R"(
#include <uapi/linux/ptrace.h>
BPF_ARRAY(seen, u64, 3);
static int mine(void) { return (bpf_get_current_pid_tgid() >> 32) == MY_PID; }
int entered(struct pt_regs *ctx, void *inode, void *file) {
  int which = 0, pointers = 2;
  if (!mine()) return 0;
  seen.increment(which);
  if (inode && file && inode != file) seen.increment(pointers);
  return 0;
}
int returned(struct pt_regs *ctx) {
  int which = 1;
  if (mine() && PT_REGS_RC(ctx) == 0) seen.increment(which);
  return 0;
}
)";

std::string attach_error(BPF& bpf, const std::string& function, AttachVia via) {
  try {
    bpf.attach_kprobe(function, "entered", {.via = via});
  } catch (const AttachError& error) {
    return error.what();
  }
  return "attached";
}

}  // namespace

TEST_CASE("events, rings and stacks are the same through each way", "[kprobe]") {
  const auto group = static_cast<std::uint64_t>(getpgid(0));
  const Counts expected = {{1, calls}, {group, calls}};
  std::vector<std::uint64_t> user_stack;
  for (const auto& way : ways_here()) {
    INFO(to_string(way.at_entry));
    const auto seen = watch(way);
    CHECK(seen.perf == expected);
    CHECK(seen.ring == expected);
    CHECK(seen.stacks == calls);
    CHECK(seen.kernel_stack_is_right);
    REQUIRE(seen.user_stack.size() > 1);
    // The call in the C library; its caller is another one each time.
    if (user_stack.empty()) user_stack = seen.user_stack;
    CHECK(seen.user_stack.front() == user_stack.front());
  }
}

TEST_CASE("functions of modules give the same counts through each way that goes to functions", "[kprobe][module]") {
  const bool any = has_feature(Feature::kprobe) || has_feature(Feature::fentry);
  if (!any) {
    BPF bpf(module_text, for_this_process());
    CHECK(attach_error(bpf, "no_such_module:no_such_function", AttachVia::automatic).find("no such function") !=
          std::string::npos);
    return test::skip("neither kprobes nor fentry, nothing goes to functions of modules");
  }
  if (!module_opens_own_file()) return test::skip("opening a file of this program's goes through no module here");
  const auto own_file = std::filesystem::read_symlink("/proc/self/exe");
  for (const auto& way : ways_here()) {
    if (way.at_entry == AttachVia::tracepoint) continue;
    for (const auto* prefix : {"", "overlay:"}) {
      const auto function = std::string(prefix) + module_function;
      INFO(function << " by " << to_string(way.at_entry));
      BPF bpf(module_text, for_this_process());
      CHECK(bpf.attach_kprobe(function, "entered", {.via = way.at_entry}).via() == way.at_entry);
      CHECK(bpf.attach_kretprobe(function, "returned", {.via = way.at_return}).via() == way.at_return);
      const auto seen = bpf.get_array_table<std::uint64_t>("seen");
      for (int which = 0; which < 3; ++which) seen.update(which, 0);
      for (int i = 0; i < calls; ++i) {
        const int file = open(own_file.c_str(), O_RDONLY | O_CLOEXEC);
        REQUIRE(file >= 0);
        close(file);
      }
      CHECK(seen[0] == calls);
      CHECK(seen[1] == calls);
      CHECK(seen[2] == calls);
      for (const auto* elsewhere : {"loop:ovl_open", "overlay:vfs_read"})
        CHECK_THAT(attach_error(bpf, elsewhere, way.at_entry), Catch::Contains("no such function"));
    }
  }
}

TEST_CASE("a function that does not exist is said to be absent, with kprobes and without", "[kprobe]") {
  // There is no function of this name: that of the system call has a prefix.
  const auto attach = [] { BPF("int kprobe__execve(struct pt_regs *ctx) { return 0; }"); };
  CHECK_THROWS_AS(attach(), AttachError);
  CHECK_THROWS_WITH(attach(), Catch::Contains("no such function"));
  const auto at_return = [] { BPF("int kretprobe__execve(struct pt_regs *ctx) { return 0; }"); };
  CHECK_THROWS_WITH(at_return(), Catch::Contains("kretprobe: no such function"));
}
