// Arguments taken out of a system call's registers by hand, and return values that must mean nothing, through each
// hook.

#include "programs/facade/ways.hpp"

#include <bccxx/bpf.hpp>

#include <catch2/catch.hpp>

#include <fcntl.h>
#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

using namespace bccxx;

namespace {

using test::for_this_process;
using test::Way;
using test::ways_here;

struct Arguments {
  std::uint64_t calls;
  std::uint64_t fd;
  std::uint64_t offset;
  std::uint64_t whence;
  bool operator==(const Arguments&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Arguments& seen) {
  return out << seen.calls << " calls (" << seen.fd << ", " << seen.offset << ", " << seen.whence << ")";
}

/// Every way in which texts for bcc have been seen to do it.
constexpr const char* text = R"(
#include <uapi/linux/ptrace.h>
struct arguments_t { u64 calls, fd, offset, whence; };
BPF_ARRAY(seen, struct arguments_t, 1);
static void called(u64 fd, u64 offset, u64 whence) {
  int zero = 0;
  struct arguments_t *all = seen.lookup(&zero);
  if (!all || (bpf_get_current_pid_tgid() >> 32) != MY_PID) return;
  all->calls++;
  all->fd = fd;
  all->offset = offset;
  all->whence = whence;
}
int by_macros(struct pt_regs *ctx) {
  struct pt_regs *regs = (struct pt_regs *)PT_REGS_PARM1(ctx);
  u64 fd = 0, offset = 0, whence = 0;
  bpf_probe_read_kernel(&fd, sizeof(fd), &PT_REGS_PARM1(regs));
  bpf_probe_read_kernel(&offset, sizeof(offset), &PT_REGS_PARM2(regs));
  bpf_probe_read_kernel(&whence, sizeof(whence), &PT_REGS_PARM3(regs));
  called(fd, offset, whence);
  return 0;
}
int by_syscall_macros(struct pt_regs *ctx) {
  struct pt_regs *regs = (struct pt_regs *)PT_REGS_PARM1(ctx);
  u64 offset = 0, whence = 0;
  int fd = 0;
  bpf_probe_read_kernel(&fd, sizeof(fd), &PT_REGS_PARM1_SYSCALL(regs));
  bpf_probe_read(&offset, sizeof(offset), &PT_REGS_PARM2_SYSCALL(regs));
  bpf_probe_read(&whence, sizeof(whence), &PT_REGS_PARM3_SYSCALL(regs));
  called(fd, offset, whence);
  return 0;
}
int by_parameter(struct pt_regs *ctx, const struct pt_regs *regs) {
  u64 fd = regs->di, offset = regs->si, whence = regs->dx;
  called(fd, offset, whence);
  return 0;
}
int by_copy(struct pt_regs *ctx) {
  struct pt_regs regs = {};
  bpf_probe_read(&regs, sizeof(regs), (void *)PT_REGS_PARM1(ctx));
  called(PT_REGS_PARM1(&regs), PT_REGS_PARM2(&regs), PT_REGS_PARM3(&regs));
  return 0;
}
int kprobe____x64_sys_lseek(struct pt_regs *ctx) {
  struct pt_regs *regs = (struct pt_regs *)ctx->di;
  u64 fd = 0, offset = 0, whence = 0;
  if (!regs) return 0;
  bpf_probe_read_kernel(&fd, sizeof(fd), (void *)&regs->di);
  bpf_probe_read_kernel(&offset, sizeof(offset), (void *)&regs->si);
  bpf_probe_read_kernel(&whence, sizeof(whence), (void *)&regs->dx);
  called(fd, offset, whence);
  return 0;
}
int where(struct pt_regs *ctx) {
  struct pt_regs regs = {};
  bpf_probe_read(&regs, sizeof(regs), (void *)PT_REGS_PARM1(ctx));
  called(PT_REGS_IP(&regs), 0, 0);
  return 0;
}
int fifth(struct pt_regs *ctx) {
  called(PT_REGS_PARM5(ctx), 0, 0);
  return 0;
}
int gives_0(struct pt_regs *ctx) {
  called(0, 0, 0);
  return 0;
}
int gives_1(struct pt_regs *ctx) {
  called(0, 0, 0);
  return 1;
}
int gives_what_it_saw(struct pt_regs *ctx) {
  called(0, 0, 0);
  return PT_REGS_RC(ctx);
}
)";

constexpr int seeks = 4;
void seek() {
  const int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  REQUIRE(file >= 0);
  REQUIRE(dup2(file, 201) == 201);
  for (int i = 0; i < seeks; ++i) REQUIRE(syscall(SYS_lseek, 201, 1234, SEEK_SET) == 1234);
  close(201);
  close(file);
}

/// Counts, as perf stat does, an event of this thread while it lives.
class EventCount {
 public:
  explicit EventCount(const std::string& tracepoint) {
    perf_event_attr event = {};
    event.size = sizeof event;
    event.type = PERF_TYPE_TRACEPOINT;
    std::ifstream("/sys/kernel/tracing/events/syscalls/" + tracepoint + "/id") >> event.config;
    fd_.reset(static_cast<int>(syscall(SYS_perf_event_open, &event, 0, -1, -1, PERF_FLAG_FD_CLOEXEC)));
    REQUIRE(fd_);
  }
  [[nodiscard]] std::uint64_t value() const {
    std::uint64_t count = 0;
    REQUIRE(read(fd_.get(), &count, sizeof count) == sizeof count);
    return count;
  }

 private:
  UniqueFd fd_;
};

}  // namespace

TEST_CASE("arguments that a text takes out of the caller's registers are right through each way", "[kprobe]") {
  BPF bpf(text, for_this_process());
  const auto function = BPF::get_syscall_fnname("lseek");
  const auto seen = bpf.get_array_table<Arguments>("seen");
  for (const auto* program : {"by_macros", "by_syscall_macros", "by_parameter", "by_copy", "kprobe____x64_sys_lseek"}) {
    for (const auto& way : ways_here()) {
      INFO(program << " by " << to_string(way.at_entry));
      CHECK(bpf.attach_kprobe(function, program, {.via = way.at_entry}).via() == way.at_entry);
      seen.update(0, {});
      seek();
      CHECK(seen[0] == Arguments{seeks, 201, 1234, SEEK_SET});
      bpf.detach_kprobe(function);
    }
  }
}

TEST_CASE("a register that a copy of the caller's lacks at a tracepoint is named", "[kprobe]") {
  BPF bpf(text, for_this_process());
  const auto attach = [&bpf] {
    bpf.attach_kprobe(BPF::get_syscall_fnname("lseek"), "where", {.via = AttachVia::tracepoint});
  };
  CHECK_THROWS_AS(attach(), CompileError);
  CHECK_THROWS_WITH(attach(),
                    Catch::Contains("where reads the register ip, which a sys_enter tracepoint does not have"));
}

TEST_CASE("an argument that the system call does not have is no matter of permission", "[kprobe]") {
  BPF bpf(text, for_this_process());
  const auto attach = [&bpf] {
    bpf.attach_kprobe(BPF::get_syscall_fnname("lseek"), "fifth", {.via = AttachVia::tracepoint});
  };
  CHECK_THROWS_AS(attach(), AttachError);
  CHECK_THROWS_WITH(attach(),
                    Catch::Contains("fifth reads beyond the end of the event") && !Catch::Contains("missing"));
}

TEST_CASE("what a kprobe's text returns changes nothing, whatever it runs from", "[kprobe]") {
  BPF bpf(text, for_this_process());
  const auto function = BPF::get_syscall_fnname("lseek");
  const auto seen = bpf.get_array_table<Arguments>("seen");
  const auto watched = [&](const std::string& tracepoint) {
    const EventCount others(tracepoint);
    seen.update(0, {});
    seek();
    CHECK(seen[0].calls == seeks);
    return others.value();
  };
  for (const auto& way : ways_here()) {
    for (const auto* program : {"gives_0", "gives_1"}) {
      INFO(program << " by " << to_string(way.at_entry));
      bpf.attach_kprobe(function, program, {.via = way.at_entry});
      CHECK(watched("sys_enter_lseek") == seeks);
      bpf.detach_kprobe(function);
    }
    for (const auto* program : {"gives_0", "gives_1", "gives_what_it_saw"}) {
      INFO(program << " by " << to_string(way.at_return));
      bpf.attach_kretprobe(function, program, {.via = way.at_return});
      CHECK(watched("sys_exit_lseek") == seeks);
      bpf.detach_kretprobe(function);
    }
  }
}
