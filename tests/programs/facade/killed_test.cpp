// A tracer killed before each system call that it makes leaves nothing behind.

#include <bccxx/bpf.hpp>
#include <bccxx/runtime/features.hpp>

#include <catch2/catch.hpp>

#include <fcntl.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>

#include "programs/network/namespaces.hpp"
#include "runtime/attach_network.hpp"

using namespace bccxx;
using programs_test::Namespaces;

namespace {

/// While it lives, what outlives a child becomes a child of this process, so that its end can be waited for.
class Subreaper {
 public:
  Subreaper() { REQUIRE(prctl(PR_SET_CHILD_SUBREAPER, 1) == 0); }
  ~Subreaper() { prctl(PR_SET_CHILD_SUBREAPER, 0); }
  Subreaper(const Subreaper&) = delete;
  Subreaper& operator=(const Subreaper&) = delete;

  /// Waits until there is no child, guardians included.
  static void reap_all() {
    while (waitpid(-1, nullptr, __WALL) > 0 || errno == EINTR) {
    }
  }
};

/// Runs `work` in a process that is killed before its system call number `call`.
///
/// Returns: false when it came to its end before that
bool killed_before(int call, const std::function<void()>& work, pid_t& child) {
  child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
    raise(SIGSTOP);
    try {
      work();
    } catch (const std::exception&) {
      _exit(1);
    }
    _exit(0);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(WIFSTOPPED(status));
  REQUIRE(ptrace(PTRACE_SETOPTIONS, child, nullptr, PTRACE_O_TRACESYSGOOD) == 0);
  long signal = 0;
  bool entering = true;
  for (int calls = 0; calls < call;) {
    REQUIRE(ptrace(PTRACE_SYSCALL, child, nullptr, signal) == 0);
    REQUIRE(waitpid(child, &status, 0) == child);
    if (!WIFSTOPPED(status)) {
      CHECK((WIFEXITED(status) && WEXITSTATUS(status) == 0));
      return false;
    }
    const bool at_call = WSTOPSIG(status) == (SIGTRAP | 0x80);
    signal = at_call ? 0 : WSTOPSIG(status);
    if (!at_call) continue;
    if (entering) ++calls;
    entering = !entering;
  }
  kill(child, SIGKILL);
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(WIFSIGNALED(status));
  return true;
}

/// Kills `work` at every `stride`-th of its system calls. `left` tells what there is of a process of that pid; nothing
/// else may change it meanwhile.
///
/// Returns: how often it was killed
int kill_everywhere(int stride, const std::function<void()>& work, const std::function<std::string(pid_t)>& left) {
  const Subreaper subreaper;
  const auto before = left(getpid());
  int kills = 0;
  pid_t child = -1;
  for (int call = 1; killed_before(call, work, child); call += stride) {
    Subreaper::reap_all();
    ++kills;
    INFO("killed before system call " << call);
    CHECK(left(child) == before);
  }
  Subreaper::reap_all();
  CHECK(left(child) == before);
  return kills;
}

constexpr const char* text = R"(
int on_packet(struct __sk_buff *skb) { return -1; }
int on_return(struct pt_regs *ctx) { return 0; }
)";

std::string instances_of(pid_t pid) {
  std::string names;
  for (const auto& entry : std::filesystem::directory_iterator("/sys/kernel/tracing/instances")) {
    const auto name = entry.path().filename().string();
    if (name.starts_with("bccxx-" + std::to_string(pid) + "-")) names += name + "\n";
  }
  return names;
}

std::string probes_of(pid_t pid) {
  std::ifstream in("/sys/kernel/tracing/kprobe_events");
  std::string probes;
  for (std::string line; std::getline(in, line);) {
    if (line.find("bccxx_" + std::to_string(pid) + "/") != std::string::npos) probes += line + "\n";
  }
  return probes;
}

/// A device in a namespace.
struct Device {
  Device() { namespaces.veth("n", "d0", "m", "e0"); }
  /// For good, and without a thread for it, whose system calls nobody would count.
  void enter() const {
    const UniqueFd there(open(("/var/run/netns/" + namespaces["n"]).c_str(), O_RDONLY | O_CLOEXEC));
    if (setns(there.get(), CLONE_NEWNET) != 0) _exit(1);
  }
  /// A filter is nowhere without its qdisc.
  [[nodiscard]] std::string qdiscs() const {
    return programs_test::must_run({"tc", "-n", namespaces["n"], "qdisc", "show", "dev", "d0"});
  }
  Namespaces namespaces{{"n", "m"}};
};

}  // namespace

TEST_CASE("a process killed at any system call of attaching to clsact leaves neither filter nor qdisc",
          "[network][killed]") {
  const Device device;
  BPF bpf(text, {.auto_attach = AutoAttach::off});
  const auto& program = bpf.load_func("on_packet", ProgramType::sched_cls);
  const auto work = [&] {
    device.enter();
    const auto link = runtime::attach_tc(program, {"d0"}, TcDirection::egress, runtime::TcWay::clsact);
    if (!link.attached()) _exit(1);
  };
  CHECK(kill_everywhere(1, work, [&](pid_t) { return device.qdiscs(); }) > 20);
}

TEST_CASE("a process killed at any system call of opening the trace leaves no instance", "[trace][killed]") {
  CHECK(kill_everywhere(
            1, [] { const TracePipe pipe; }, instances_of) > 10);
}

TEST_CASE("a process killed at any system call of a return probe with maxactive leaves no probe", "[kprobe][killed]") {
  if (!has_feature(Feature::kprobe)) {
    CHECK_FALSE(std::filesystem::exists("/sys/kernel/tracing/kprobe_events"));
    return;
  }
  BPF bpf(text, {.auto_attach = AutoAttach::off});
  bpf.load_func("on_return", ProgramType::kprobe);
  const auto work = [&bpf] {
    bpf.attach_kretprobe("vfs_fsync", "on_return", {.via = AttachVia::kretprobe, .maxactive = 8});
    bpf.detach_all();
  };
  CHECK(kill_everywhere(3, work, probes_of) > 5);
}

TEST_CASE("a process killed anywhere between its start and its end leaves nothing", "[network][killed]") {
  const Device device;
  const auto work = [&] {
    BPF bpf(text, {.auto_attach = AutoAttach::off});
    const auto& program = bpf.load_func("on_packet", ProgramType::sched_cls);
    device.enter();
    const auto link = runtime::attach_tc(program, {"d0"}, TcDirection::egress, runtime::TcWay::clsact);
    static_cast<void>(bpf.trace());
  };
  // Compiled here, so that this is no test of the compiler.
  static_cast<void>(BPF(text, {.auto_attach = AutoAttach::off}));
  CHECK(kill_everywhere(23, work, [&](pid_t pid) { return device.qdiscs() + instances_of(pid); }) > 5);
}
