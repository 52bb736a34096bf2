// Ending attachments, by whatever name they were made, and what becomes of the others when one cannot be ended.

#include <bccxx/bpf.hpp>
#include <bccxx/runtime/features.hpp>
#include <bccxx/support/unique_fd.hpp>

#include <catch2/catch.hpp>

#include <fcntl.h>
#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <cstdint>
#include <ctime>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

using namespace bccxx;
using Catch::Matchers::Contains;

namespace {

constexpr const char* text = R"(
BPF_ARRAY(calls, u64, 1);
int on_event(struct bpf_perf_event_data *ctx) {
  calls.atomic_increment(0);
  return 0;
}
int on_return(struct pt_regs *ctx) {
  if ((bpf_get_current_pid_tgid() >> 32) == MY_PID) calls.atomic_increment(0);
  return 0;
}
)";

Options quiet() { return {.cflags = {"-DMY_PID=" + std::to_string(getpid())}, .auto_attach = AutoAttach::off}; }

void burn() {
  const auto end = std::clock() + CLOCKS_PER_SEC / 20;
  while (std::clock() < end) {
  }
}

}  // namespace

TEST_CASE("a perf event with attributes of one's own samples, and ends by its type and config", "[detach]") {
  BPF bpf(text, quiet());
  const auto calls = bpf.get_array_table<std::uint64_t>("calls");
  perf_event_attr event = {};
  event.type = PERF_TYPE_SOFTWARE;
  event.config = PERF_COUNT_SW_TASK_CLOCK;
  event.sample_period = 1'000'000;
  event.exclude_idle = 1;
  bpf.attach_perf_event_raw(event, "on_event", getpid());
  burn();
  const auto sampled = calls[0];
  CHECK(sampled > 0);
  bpf.detach_perf_event(PERF_TYPE_SOFTWARE, PERF_COUNT_SW_TASK_CLOCK);
  const auto before = calls[0];
  burn();
  CHECK(calls[0] == before);
  CHECK_THROWS_AS(bpf.detach_perf_event(PERF_TYPE_SOFTWARE, PERF_COUNT_SW_TASK_CLOCK), NotFound);
  event.sample_period = 0;
  event.type = 12345;
  CHECK_THROWS_AS(bpf.attach_perf_event_raw(event, "on_event"), AttachError);
}

TEST_CASE("functions of the kernel's BTF are attached and detached by name, with the macro's prefix or without",
          "[detach][kprobe]") {
  BPF bpf(R"(
BPF_ARRAY(calls, u64, 1);
KFUNC_PROBE(vfs_fsync_range, struct file *file) {
  calls.atomic_increment(0);
  return 0;
}
)",
          quiet());
  if (!has_feature(Feature::fentry)) {
    CHECK_THROWS_AS(bpf.attach_kfunc("vfs_fsync_range"), LoadError);
    return;
  }
  for (const auto* name : {"vfs_fsync_range", "kfunc__vfs_fsync_range"}) {
    CHECK(bpf.attach_kfunc(name).program() == "kfunc__vfs_fsync_range");
    CHECK(bpf.links().size() == 1);
    bpf.detach_kfunc(name);
    CHECK(bpf.links().empty());
    CHECK_THROWS_AS(bpf.detach_kfunc(name), NotFound);
    CHECK_THROWS_AS(bpf.detach_kretfunc(name), NotFound);
  }
}

TEST_CASE("options that a probe cannot have are refused", "[detach]") {
  BPF bpf(text, quiet());
  const auto function = BPF::get_syscall_fnname("getpgid");
  CHECK_THROWS_AS(bpf.attach_kretprobe(function, "on_return", {.offset = 4}), std::invalid_argument);
  CHECK_THROWS_AS(bpf.attach_kretprobe(function, "on_return", {.maxactive = 4097}), std::invalid_argument);
  CHECK_THROWS_AS(bpf.attach_kprobe(function, "on_return", {.maxactive = 1}), std::invalid_argument);
  CHECK(bpf.links().empty());
}

TEST_CASE("a return probe may say how many calls are under way, and leaves no event in tracefs", "[detach][kprobe]") {
  const auto events = [] {
    std::ifstream file("/sys/kernel/tracing/kprobe_events");
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  BPF bpf(text, quiet());
  const auto function = BPF::get_syscall_fnname("getpgid");
  const KprobeOptions options = {.via = AttachVia::kretprobe, .maxactive = 50};
  if (!has_feature(Feature::kprobe)) {
    CHECK_THROWS_WITH(bpf.attach_kretprobe(function, "on_return", options),
                      Contains("the kernel has no kprobe_events, which maxactive needs"));
    // What stands in for it misses no call.
    CHECK(bpf.attach_kretprobe(function, "on_return", {.maxactive = 50}).via() == AttachVia::tracepoint);
    return;
  }
  bpf.attach_kretprobe(function, "on_return", options);
  CHECK_THAT(events(), Contains("r50:bccxx_" + std::to_string(getpid()) + "/return_"));
  syscall(SYS_getpgid, 0);
  CHECK(bpf.get_array_table<std::uint64_t>("calls")[0] == 1);
  bpf.detach_kretprobe(function);
  CHECK_THAT(events(), !Contains("bccxx_"));
  CHECK_THROWS_WITH(bpf.attach_kretprobe("no_such_function", "on_return", options), Contains("no such function"));
  CHECK_THAT(events(), !Contains("bccxx_"));
}

TEST_CASE("an attachment that cannot be ended does not keep the others", "[detach]") {
  BPF bpf(R"(
BPF_SOCKMAP(sockets, 4);
BPF_ARRAY(calls, u64, 1);
int on_message(struct sk_msg_md *message) { return SK_PASS; }
int on_call(struct pt_regs *ctx) {
  if ((bpf_get_current_pid_tgid() >> 32) == MY_PID) calls.atomic_increment(0);
  return 0;
}
)",
          quiet());
  const auto calls = bpf.get_array_table<std::uint64_t>("calls");
  const auto sockets = bpf.get_sockmap_table("sockets");
  bpf.attach_func("on_message", sockets, SocketHook::message_verdict);
  bpf.attach_kprobe(BPF::get_syscall_fnname("getpgid"), "on_call");
  syscall(SYS_getpgid, 0);
  CHECK(calls[0] == 1);
  // Something else takes the place of the table's descriptor, which the kernel wants for detaching.
  const UniqueFd table(fcntl(sockets.fd(), F_DUPFD_CLOEXEC, 0));
  const UniqueFd other(open("/dev/null", O_RDONLY | O_CLOEXEC));
  REQUIRE(dup3(other.get(), sockets.fd(), O_CLOEXEC) == sockets.fd());
  CHECK_THROWS_AS(bpf.detach_all(), SystemError);
  CHECK(bpf.links().empty());
  syscall(SYS_getpgid, 0);
  CHECK(calls[0] == 1);
}

TEST_CASE("programs of sockets are detached by table, hook and name", "[detach]") {
  BPF bpf(R"(
BPF_SOCKMAP(sockets, 4);
int on_message(struct sk_msg_md *message) { return SK_PASS; }
)",
          quiet());
  const auto sockets = bpf.get_sockmap_table("sockets");
  bpf.attach_func("on_message", sockets, SocketHook::message_verdict);
  CHECK_THROWS_AS(bpf.detach_func("on_packet", sockets, SocketHook::message_verdict), NotFound);
  CHECK_THROWS_AS(bpf.detach_func("on_message", sockets, SocketHook::stream_verdict), NotFound);
  bpf.detach_func("on_message", sockets, SocketHook::message_verdict);
  CHECK(bpf.links().empty());
  CHECK_THROWS_AS(bpf.detach_func("on_message", sockets, SocketHook::message_verdict), NotFound);
}
