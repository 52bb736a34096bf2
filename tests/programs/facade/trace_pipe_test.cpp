// Lines of bpf_trace_printk, from real programs through real trace instances.

#include <bccxx/bpf.hpp>

#include <catch2/catch.hpp>

#include <poll.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <optional>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>

using namespace bccxx;
using namespace std::chrono_literals;

namespace {

const std::string instances = "/sys/kernel/tracing/instances";

/// A text that prints "TAG n" for the n-th getuid of this process.
BPF printer(const std::string& tag) {
  return BPF(R"(
BPF_ARRAY(calls, u64, 1);
TRACEPOINT_PROBE(syscalls, sys_enter_getuid) {
  if (bpf_get_current_pid_tgid() >> 32 != PID) return 0;
  int zero = 0;
  u64 *calls_so_far = calls.lookup(&zero);
  if (!calls_so_far) return 0;
  *calls_so_far += 1;
  bpf_trace_printk(TAG " %lu", *calls_so_far);
  return 0;
}
)",
             {.cflags = {"-DPID=" + std::to_string(getpid()), "-DTAG=\"" + tag + "\""}});
}

std::string unique_tag() {
  static int number = 0;
  return "t" + std::to_string(getpid()) + "x" + std::to_string(number++);
}

void call_getuid(int times) {
  for (int i = 0; i < times; ++i) syscall(SYS_getuid);
}

/// The messages that begin with `tag`, until there are `wanted` of them or none comes for long.
std::vector<std::string> messages(TracePipe& pipe, const std::string& tag, std::size_t wanted) {
  std::vector<std::string> found;
  while (found.size() < wanted) {
    const auto line = pipe.fields(10s);
    if (!line) break;
    if (line->message.starts_with(tag + " ")) found.push_back(line->message.substr(tag.size() + 1));
  }
  return found;
}

/// The instances of a process of bccxx.
std::set<std::string> instances_of(pid_t pid) {
  std::set<std::string> found;
  for (const auto& entry : std::filesystem::directory_iterator(instances)) {
    if (entry.path().filename().string().starts_with("bccxx-" + std::to_string(pid) + "-")) found.insert(entry.path());
  }
  return found;
}

}  // namespace

TEST_CASE("two readers both get every line", "[trace]") {
  const auto tag = unique_tag();
  auto bpf = printer(tag);
  TracePipe first;
  auto& second = bpf.trace();
  call_getuid(3);
  const std::vector<std::string> expected = {"1", "2", "3"};
  CHECK(messages(first, tag, 3) == expected);
  CHECK(messages(second, tag, 3) == expected);
  CHECK(first.lost() == 0);
}

TEST_CASE("a reader sees nothing from before it was made", "[trace]") {
  const auto tag = unique_tag();
  auto bpf = printer(tag);
  call_getuid(2);
  TracePipe late;
  call_getuid(1);
  CHECK(messages(late, tag, 1) == std::vector<std::string>{"3"});
}

TEST_CASE("a line carries the thread, the CPU and the time", "[trace]") {
  const auto tag = unique_tag();
  auto bpf = printer(tag);
  static_cast<void>(bpf.trace());
  call_getuid(1);
  std::optional<TraceFields> line;
  do {
    line = bpf.trace_fields(10s);
    REQUIRE(line);
  } while (line->message != tag + " 1");
  CHECK(line->pid == static_cast<std::uint32_t>(gettid()));
  CHECK(line->cpu >= 0);
  CHECK(line->timestamp > 0us);
  CHECK_FALSE(line->flags.empty());
}

TEST_CASE("the descriptor is readable when there is a line", "[trace]") {
  const auto tag = unique_tag();
  auto bpf = printer(tag);
  auto& pipe = bpf.trace();
  call_getuid(1);
  pollfd waiting = {pipe.fd(), POLLIN, 0};
  CHECK(poll(&waiting, 1, 10000) == 1);
  CHECK(messages(pipe, tag, 1).size() == 1);
}

TEST_CASE("a time-out gives nothing", "[trace]") {
  TracePipe quiet;
  const auto before = std::chrono::steady_clock::now();
  while (quiet.readline(20ms)) {
  }
  CHECK(std::chrono::steady_clock::now() - before >= 20ms);
}

TEST_CASE("a signal ends the wait for a line", "[trace]") {
  static volatile std::sig_atomic_t signals = 0;
  struct sigaction action {};
  struct sigaction old {};
  action.sa_handler = [](int) { signals = signals + 1; };
  action.sa_flags = SA_RESTART;
  REQUIRE(sigaction(SIGALRM, &action, &old) == 0);
  TracePipe pipe;
  // More than one, as the first may come before the wait begins.
  const itimerval often = {{0, 20000}, {0, 20000}};
  REQUIRE(setitimer(ITIMER_REAL, &often, nullptr) == 0);
  while (pipe.readline()) {
  }
  const itimerval never = {};
  setitimer(ITIMER_REAL, &never, nullptr);
  sigaction(SIGALRM, &old, nullptr);
  CHECK(signals > 0);
}

TEST_CASE("an instance goes with its reader", "[trace]") {
  const auto before = instances_of(getpid());
  {
    TracePipe pipe;
    CHECK(instances_of(getpid()).size() == before.size() + 1);
    TracePipe moved = std::move(pipe);
    CHECK(instances_of(getpid()).size() == before.size() + 1);
  }
  CHECK(instances_of(getpid()) == before);
}

TEST_CASE("the instance of a reader that is killed goes with it", "[trace]") {
  std::array<int, 2> ready = {};
  REQUIRE(pipe(ready.data()) == 0);
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    try {
      TracePipe pipe;
      static_cast<void>(write(ready[1], "", 1));
      pause();
    } catch (...) {
    }
    _exit(1);
  }
  close(ready[1]);
  char byte = 0;
  CHECK(read(ready[0], &byte, 1) == 1);
  close(ready[0]);
  CHECK(instances_of(child).size() == 1);
  kill(child, SIGKILL);
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(WIFSIGNALED(status));
  const auto deadline = std::chrono::steady_clock::now() + 60s;
  while (!instances_of(child).empty() && std::chrono::steady_clock::now() < deadline) poll(nullptr, 0, 10);
  CHECK(instances_of(child).empty());
}

TEST_CASE("an instance that nobody was left to remove is swept by the next reader", "[trace]") {
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) _exit(0);
  REQUIRE(waitpid(child, nullptr, 0) == child);
  REQUIRE(mkdir((instances + "/bccxx-" + std::to_string(child) + "-1-0").c_str(), 0700) == 0);
  const TracePipe next;
  CHECK(instances_of(child).empty());
}

TEST_CASE("lines that the kernel had no room for are counted", "[trace]") {
  const auto tag = unique_tag();
  auto bpf = printer(tag);
  const auto before = instances_of(getpid());
  TracePipe pipe;
  for (const auto& instance : instances_of(getpid())) {
    if (before.contains(instance)) continue;
    std::ofstream(instance + "/buffer_size_kb") << 8;
  }
  constexpr int calls = 5000;
  call_getuid(calls);
  const auto last = std::to_string(calls);
  std::uint64_t read = 0;
  bool seen_last = false;
  while (!seen_last) {
    const auto line = pipe.fields(10s);
    REQUIRE(line);
    if (!line->message.starts_with(tag + " ")) continue;
    ++read;
    seen_last = line->message == tag + " " + last;
  }
  CHECK(read < calls);
  // Lines of others may have been lost as well.
  CHECK(read + pipe.lost() >= calls);
}

TEST_CASE("printed lines come in the format they are asked for", "[trace_pipe]") {
  /// Ends the printing, which has no end of its own, once a text has come.
  struct Until : std::stringbuf {
    explicit Until(std::string text) : last(std::move(text)) {}
    int sync() override {
      if (str().find(last) != std::string::npos) throw std::runtime_error("enough");
      return 0;
    }
    std::string last;
  };
  const auto tag = unique_tag();
  BPF bpf = printer(tag);
  static_cast<void>(bpf.trace());
  call_getuid(3);
  const auto line = [&tag](int number) {
    return std::to_string(getpid()) + "/" + tag + " " + std::to_string(number) + "\n";
  };
  Until buffer(line(3));
  std::ostream out(&buffer);
  out.exceptions(std::ios::badbit);
  CHECK_THROWS_WITH(bpf.trace_print(out, "{1}/{5}"), "enough");
  for (int number = 1; number <= 3; ++number) CHECK(buffer.str().find(line(number)) != std::string::npos);
  call_getuid(1);
  CHECK_THROWS_AS(bpf.trace_print(out, "{no such field}"), std::runtime_error);
}

TEST_CASE("the longest timeout there is waits, and ends with a line") {
  const auto tag = unique_tag();
  auto bpf = printer(tag);
  TracePipe pipe;
  call_getuid(2);
  const auto contains_tag = [&](const std::optional<std::string>& line) {
    return line && line->find(tag) != std::string::npos;
  };
  while (!contains_tag(pipe.readline(std::chrono::milliseconds::max()))) {
  }
  auto fields = pipe.fields(std::chrono::milliseconds::max());
  while (fields && !fields->message.starts_with(tag)) fields = pipe.fields(std::chrono::milliseconds::max());
  REQUIRE(fields);
  CHECK(fields->message == tag + " 2");
}
