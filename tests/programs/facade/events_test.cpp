// Events from a text through a perf buffer and a ring buffer.

#include <bccxx/bpf.hpp>

#include <catch2/catch.hpp>

#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "programs/facade/execute.hpp"

using namespace bccxx;
using programs_test::execute;
using namespace std::chrono_literals;

namespace {

struct Event {
  std::uint64_t number;
  std::uint32_t pid;
  char comm[16];
  char pad[4];
};

constexpr const char* head = R"(
#include <linux/sched.h>
struct event_t {
  u64 number;
  u32 pid;
  char comm[TASK_COMM_LEN];
  u32 pad;
};
static int make(struct event_t *event, u64 number) {
  event->number = number;
  event->pid = bpf_get_current_pid_tgid() >> 32;
  return bpf_get_current_comm(&event->comm, sizeof(event->comm));
}
)";

const std::string perf_text = std::string(head) + R"(
BPF_PERF_OUTPUT(events);
int on_execve(struct pt_regs *ctx) {
  struct event_t event = {};
  make(&event, 0);
  events.perf_submit(ctx, &event, sizeof(event));
  return 0;
}
)";

const std::string ring_text = std::string(head) + R"(
BPF_RINGBUF_OUTPUT(events, 8);
BPF_RINGBUF_OUTPUT(others, 8);
int on_execve(struct pt_regs *ctx) {
  struct event_t event = {};
  make(&event, 1);
  events.ringbuf_output(&event, sizeof(event), 0);
  event.number = 2;
  others.ringbuf_output(&event, sizeof(event), 0);
  return 0;
}
)";

// An event for each getuid of this process, with its number.
const std::string flood_text = std::string(head) + R"(
BPF_PERF_OUTPUT(events);
BPF_ARRAY(calls, u64, 1);
TRACEPOINT_PROBE(syscalls, sys_enter_getuid) {
  int zero = 0;
  struct event_t event = {};
  if (bpf_get_current_pid_tgid() >> 32 != PID) return 0;
  u64 *number = calls.lookup(&zero);
  if (!number) return 0;
  make(&event, ++*number);
  events.perf_submit(args, &event, sizeof(event));
  return 0;
}
)";

/// Keeps this thread on one CPU while it lives.
class OneCpu {
 public:
  OneCpu() {
    REQUIRE(sched_getaffinity(0, sizeof before_, &before_) == 0);
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(static_cast<std::size_t>(sched_getcpu()), &one);
    REQUIRE(sched_setaffinity(0, sizeof one, &one) == 0);
  }
  ~OneCpu() { sched_setaffinity(0, sizeof before_, &before_); }
  OneCpu(const OneCpu&) = delete;
  OneCpu& operator=(const OneCpu&) = delete;

 private:
  cpu_set_t before_{};
};

bool named(const Event& event, const char* name) { return std::strncmp(event.comm, name, sizeof event.comm) == 0; }

}  // namespace

TEST_CASE("a perf buffer gives an event for each execve", "[events]") {
  BPF bpf(perf_text);
  std::vector<pid_t> seen;
  std::uint64_t lost = 0;
  bpf.open_perf_buffer<Event>(
      "events",
      [&](int cpu, const Event& event) {
        CHECK(cpu >= 0);
        if (named(event, "bccxx-perf")) seen.push_back(static_cast<pid_t>(event.pid));
      },
      [&](int /*cpu*/, std::uint64_t count) { lost += count; });
  bpf.attach_kprobe(BPF::get_syscall_fnname("execve"), "on_execve");
  const auto pids = execute("bccxx-perf", 6);
  while (seen.size() < pids.size() && bpf.poll_perf_buffer(10s) != 0) {
  }
  // Each CPU has its own buffer: the order between CPUs is not kept.
  CHECK_THAT(seen, Catch::Matchers::UnorderedEquals(pids));
  CHECK(lost == 0);
}

TEST_CASE("ring buffers give an event for each execve, in order", "[events]") {
  BPF bpf(ring_text);
  std::vector<pid_t> seen;
  std::size_t others = 0;
  bpf.open_ring_buffer<Event>("events", [&](const Event& event) {
    CHECK(event.number == 1);
    if (named(event, "bccxx-ring")) seen.push_back(static_cast<pid_t>(event.pid));
  });
  bpf.open_ring_buffer<Event>("others", [&](const Event& event) {
    CHECK(event.number == 2);
    others += named(event, "bccxx-ring") ? 1 : 0;
  });
  bpf.attach_kprobe(BPF::get_syscall_fnname("execve"), "on_execve");
  const auto pids = execute("bccxx-ring", 6);
  while ((seen.size() < pids.size() || others < pids.size()) && bpf.ring_buffer_poll(10s) != 0) {
  }
  CHECK(seen == pids);
  CHECK(others == pids.size());
}

TEST_CASE("events that found a perf buffer full are counted", "[events]") {
  const OneCpu one_cpu;
  BPF bpf(flood_text, {.cflags = {"-DPID=" + std::to_string(getpid())}});
  std::uint64_t seen = 0;
  std::uint64_t lost = 0;
  bpf.open_perf_buffer<Event>(
      "events", [&](int /*cpu*/, const Event& /*event*/) { ++seen; },
      [&](int /*cpu*/, std::uint64_t count) { lost += count; }, {.pages_per_cpu = 1});
  constexpr std::uint64_t calls = 2000;
  for (std::uint64_t i = 0; i < calls; ++i) syscall(SYS_getuid);
  // The kernel tells of the lost ones with the next event of that CPU that finds room.
  while (bpf.poll_perf_buffer(0ms) != 0) {
  }
  syscall(SYS_getuid);
  while (seen + lost < calls + 1 && bpf.poll_perf_buffer(1s) != 0) {
  }
  CHECK(seen < calls);
  CHECK(lost > 0);
  CHECK(seen + lost == calls + 1);
}

TEST_CASE("an event smaller than its type is a TypeMismatch", "[events]") {
  struct Larger {
    Event event;
    char more[64];
  };
  BPF bpf(flood_text, {.cflags = {"-DPID=" + std::to_string(getpid())}});
  bpf.open_perf_buffer<Larger>("events", [](int /*cpu*/, const Larger& /*event*/) {});
  syscall(SYS_getuid);
  CHECK_THROWS_AS(bpf.poll_perf_buffer(10s), TypeMismatch);
}

TEST_CASE("a callback may open another buffer, and what is opened can be asked", "[events]") {
  BPF bpf(ring_text);
  std::size_t first = 0;
  std::size_t others = 0;
  auto& events = bpf.open_ring_buffer<Event>("events", [&](const Event& /*event*/) {
    if (first++ != 0) return;
    // Enough of them that a growing array would move.
    for (int i = 0; i < 9; ++i) bpf.open_ring_buffer<Event>("others", [&](const Event& /*event*/) { ++others; });
  });
  bpf.attach_kprobe(BPF::get_syscall_fnname("execve"), "on_execve");
  const auto pids = execute("bccxx-open", 3);
  while (first < pids.size() && bpf.ring_buffer_poll(10s) != 0) {
  }
  bpf.ring_buffer_consume();
  CHECK(first >= pids.size());
  CHECK(others >= pids.size());
  CHECK(events.fd() >= 0);
  CHECK(events.capacity() == bpf.get_map("events")->info().max_entries);
}

TEST_CASE("events of any size are read as bytes", "[events]") {
  BPF bpf(flood_text, {.cflags = {"-DPID=" + std::to_string(getpid())}});
  std::size_t bytes = 0;
  auto& events =
      bpf.open_perf_buffer("events", [&](int /*cpu*/, std::span<const std::byte> event) { bytes = event.size(); });
  syscall(SYS_getuid);
  CHECK(bpf.perf_buffer_consume() == 1);
  CHECK(bytes >= sizeof(Event));
  CHECK(bytes < sizeof(Event) + 8);
  CHECK(events.lost() == 0);
  CHECK(bpf.perf_buffer_consume() == 0);
}

TEST_CASE("polling without an open buffer gives nothing", "[events]") {
  BPF bpf("BPF_PERF_OUTPUT(events);");
  CHECK(bpf.poll_perf_buffer(0ms) == 0);
  CHECK(bpf.ring_buffer_poll(0ms) == 0);
}
