// A kprobe and what runs in its place: the same counts, arguments and return values through every hook of this kernel.

#include "common/capabilities.hpp"

#include <bccxx/bpf.hpp>
#include <bccxx/runtime/features.hpp>

#include <catch2/catch.hpp>

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <fstream>
#include <ostream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

using namespace bccxx;

namespace {

/// What this process did, as a program saw it.
struct Seen {
  std::uint64_t entries;
  std::uint64_t returns;
  std::uint64_t first;
  std::uint64_t second;
  std::uint64_t third;
  std::int64_t result;
  bool operator==(const Seen&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Seen& seen) {
  return out << seen.entries << " entries (" << seen.first << ", " << seen.second << ", " << seen.third << "), "
             << seen.returns << " returns (" << seen.result << ")";
}

Options for_this_process() {
  return {.cflags = {"-DMY_PID=" + std::to_string(getpid())}, .auto_attach = AutoAttach::off};
}

/// One text for everything: functions for entry and return, arguments taken in each of bcc's ways, a uprobe's
/// registers.
constexpr const char* text = R"(
#include <uapi/linux/ptrace.h>
struct seen_t { u64 entries, returns, first, second, third; s64 result; };
BPF_ARRAY(seen, struct seen_t, 1);
static struct seen_t *mine(void) {
  int zero = 0;
  return (bpf_get_current_pid_tgid() >> 32) == MY_PID ? seen.lookup(&zero) : 0;
}
static void entered(u64 first, u64 second, u64 third) {
  struct seen_t *s = mine();
  if (!s) return;
  s->entries++;
  s->first = first;
  s->second = second;
  s->third = third;
}
int syscall__parameters(struct pt_regs *ctx, int whence, unsigned long offset, unsigned long fd) {
  entered((u32)whence, offset, fd);
  return 0;
}
int syscall_macros(struct pt_regs *ctx) {
  struct pt_regs *regs = PT_REGS_SYSCALL_CTX(ctx);
  u64 first = 0, second = 0, third = 0;
  bpf_probe_read_kernel(&first, sizeof(first), &PT_REGS_PARM1_SYSCALL(regs));
  bpf_probe_read_kernel(&second, sizeof(second), &PT_REGS_PARM2_SYSCALL(regs));
  bpf_probe_read_kernel(&third, sizeof(third), &PT_REGS_PARM3_SYSCALL(regs));
  entered((u32)first, second, third);
  return 0;
}
int kprobe____x64_sys_lseek(struct pt_regs *ctx, int fd, unsigned long offset, unsigned long whence) {
  entered((u32)fd, offset, whence);
  return 0;
}
int parameters(struct pt_regs *ctx, void *file, char *buffer, u64 size, long long *position) {
  entered(0, (u64)buffer, size);
  return 0;
}
int macros(struct pt_regs *ctx) {
  entered(0, PT_REGS_PARM2(ctx), PT_REGS_PARM3(ctx));
  return 0;
}
int on_return(struct pt_regs *ctx) {
  struct seen_t *s = mine();
  if (!s) return 0;
  s->returns++;
  s->result = PT_REGS_RC(ctx);
  return 0;
}
int place(struct pt_regs *ctx) {
  entered(PT_REGS_IP(ctx), PT_REGS_SP(ctx), PT_REGS_FP(ctx));
  return 0;
}
)";

/// A system call with arguments nobody else uses, and a result.
constexpr int seeks = 7;
void seek() {
  const int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  REQUIRE(file >= 0);
  REQUIRE(dup2(file, 200) == 200);
  for (int i = 0; i < seeks; ++i) syscall(SYS_lseek, 200, 4321, SEEK_SET);
  close(200);
  close(file);
}
constexpr Seen seeks_seen{seeks, seeks, 200, 4321, SEEK_SET, 4321};

/// vfs_read of one byte less each time than the file could give.
constexpr int reads = 5;
char read_buffer[64];
void read_some() {
  const int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  REQUIRE(file >= 0);
  for (int i = 0; i < reads; ++i) REQUIRE(read(file, read_buffer, 61) == 61);
  close(file);
}
const Seen reads_seen{reads, reads, 0, reinterpret_cast<std::uintptr_t>(read_buffer), 61, 61};

/// What one way of attaching sees of `load`.
Seen watch(const std::string& function, const std::string& entry, AttachVia at_entry, AttachVia at_return,
           void (*load)()) {
  BPF bpf(text, for_this_process());
  const auto& entered = bpf.attach_kprobe(function, entry, {.via = at_entry});
  const auto& returned = bpf.attach_kretprobe(function, "on_return", {.via = at_return});
  if (at_entry != AttachVia::automatic) {
    CHECK(entered.via() == at_entry);
    CHECK(returned.via() == at_return);
  }
  // Attaching the second probe made calls that the first one saw.
  auto seen = bpf.get_array_table<Seen>("seen");
  seen.update(0, {});
  load();
  return seen[0];
}

struct Way {
  AttachVia at_entry;
  AttachVia at_return;
  bool available;
};

std::vector<Way> ways_to_syscalls() {
  return {{AttachVia::automatic, AttachVia::automatic, true},
          {AttachVia::tracepoint, AttachVia::tracepoint, true},
          {AttachVia::kprobe, AttachVia::kretprobe, has_feature(Feature::kprobe)},
          {AttachVia::fentry, AttachVia::fexit, has_feature(Feature::fentry)}};
}

}  // namespace

TEST_CASE("a system call gives the same counts, arguments and results through each way", "[kprobe]") {
  const auto function = BPF::get_syscall_fnname("lseek");
  for (const auto* entry : {"syscall__parameters", "syscall_macros", "kprobe____x64_sys_lseek"}) {
    for (const auto& way : ways_to_syscalls()) {
      INFO(entry << " by " << to_string(way.at_entry));
      if (way.available) {
        CHECK(watch(function, entry, way.at_entry, way.at_return, seek) == seeks_seen);
      } else {
        CHECK_THROWS_AS(watch(function, entry, way.at_entry, way.at_return, seek), AttachError);
      }
    }
  }
}

TEST_CASE("a kernel function gives the same counts, arguments and results through each way", "[kprobe]") {
  for (const auto* entry : {"parameters", "macros"}) {
    for (const auto& way : ways_to_syscalls()) {
      if (way.at_entry == AttachVia::tracepoint) continue;
      const bool available = way.at_entry == AttachVia::automatic
                                 ? has_feature(Feature::kprobe) || has_feature(Feature::fentry)
                                 : way.available;
      INFO(entry << " by " << to_string(way.at_entry));
      if (available) {
        CHECK(watch("vfs_read", entry, way.at_entry, way.at_return, read_some) == reads_seen);
      } else {
        CHECK_THROWS_AS(watch("vfs_read", entry, way.at_entry, way.at_return, read_some), AttachError);
      }
    }
  }
}

TEST_CASE("the result of a system call that fails is its negative error", "[kprobe]") {
  BPF bpf(text, for_this_process());
  bpf.attach_kretprobe(BPF::get_syscall_fnname("lseek"), "on_return");
  syscall(SYS_lseek, -1, 0, SEEK_SET);
  CHECK(bpf.get_array_table<Seen>("seen")[0].returns == 1);
  CHECK(bpf.get_array_table<Seen>("seen")[0].result == -EBADF);
}

TEST_CASE("a program that reads a register the hook lacks is a CompileError that names it", "[kprobe]") {
  BPF bpf(text, for_this_process());
  try {
    bpf.attach_kprobe(BPF::get_syscall_fnname("lseek"), "place", {.via = AttachVia::tracepoint});
    FAIL("attached");
  } catch (const CompileError& error) {
    REQUIRE(error.diagnostics().size() == 3);
    const std::string_view before(text, std::string_view(text).find("PT_REGS_IP(ctx)"));
    CHECK(error.diagnostics()[0].line == 1 + std::count(before.begin(), before.end(), '\n'));
    const std::string what = error.what();
    INFO(what);
    CHECK(what.find("place reads the register") != std::string::npos);
    CHECK(what.find("which a sys_enter tracepoint does not have") != std::string::npos);
  }
  CHECK(bpf.links().empty());
}

TEST_CASE("where every register is needed, only a real kprobe will do", "[kprobe]") {
  BPF bpf(text, for_this_process());
  const auto function = BPF::get_syscall_fnname("lseek");
  if (has_feature(Feature::kprobe)) {
    CHECK(bpf.attach_kprobe(function, "place").via() == AttachVia::kprobe);
    seek();
    const auto seen = bpf.get_array_table<Seen>("seen")[0];
    CHECK(seen.entries == seeks);
    CHECK(seen.first != 0);
  } else {
    try {
      bpf.attach_kprobe(function, "place");
      FAIL("attached");
    } catch (const AttachError& error) {
      INFO(error.what());
      REQUIRE(error.attempts().size() == 3);
      CHECK(error.attempts()[0].reason == "the kernel has no kprobes");
      CHECK(error.attempts()[1].via == "tracepoint");
      CHECK(error.attempts()[1].reason.find("the register") != std::string::npos);
      CHECK(error.attempts()[2].via == "fentry");
    }
  }
}

TEST_CASE("inside a function only a real kprobe will do", "[kprobe]") {
  BPF bpf(text, for_this_process());
  const auto function = BPF::get_syscall_fnname("lseek");
  const auto inside = [&](AttachVia via) -> Link& {
    return bpf.attach_kprobe(function, "on_return", {.via = via, .offset = 4});
  };
  CHECK_THROWS_WITH(inside(AttachVia::tracepoint), Catch::Matchers::Contains("only a real kprobe"));
  if (!has_feature(Feature::fentry)) {
    CHECK_THROWS_AS(inside(AttachVia::fentry), AttachError);
  } else {
    CHECK_THROWS_WITH(inside(AttachVia::fentry), Catch::Matchers::Contains("only a real kprobe"));
  }
  if (!has_feature(Feature::kprobe)) CHECK_THROWS_AS(inside(AttachVia::automatic), AttachError);
}

TEST_CASE("a function that the text does not have is named before any way is tried", "[kprobe]") {
  BPF bpf("int on_entry(struct pt_regs *ctx) { return 0; }");
  CHECK_THROWS_WITH(bpf.attach_kprobe("vfs_read", "on_entri"), "no program named on_entri (did you mean on_entry?)");
  CHECK_THROWS_AS(bpf.attach_kretprobe("vfs_read", "elsewhere"), NotFound);
}

TEST_CASE("a way that makes no sense for the probe is refused", "[kprobe]") {
  BPF bpf(text, for_this_process());
  CHECK_THROWS_WITH(bpf.attach_kprobe("vfs_read", "macros", {.via = AttachVia::tracepoint}),
                    Catch::Matchers::Contains("only system calls have tracepoints of their own"));
  CHECK_THROWS_WITH(bpf.attach_kprobe("vfs_read", "macros", {.via = AttachVia::xdp}),
                    Catch::Matchers::Contains("a kprobe cannot run from xdp"));
}

TEST_CASE("a substitute that has fewer arguments than the program reads is refused with the argument", "[kprobe]") {
  BPF bpf(text, for_this_process());
  const auto by_fentry = [&bpf] { bpf.attach_kprobe("vfs_fsync", "macros", {.via = AttachVia::fentry}); };
  if (has_feature(Feature::fentry)) {
    CHECK_THROWS_WITH(by_fentry(), Catch::Matchers::Contains("macros reads argument 3, which vfs_fsync does not have"));
    CHECK_THROWS_AS(by_fentry(), AttachError);
  } else {
    CHECK_THROWS_WITH(by_fentry(), Catch::Matchers::Contains(probe_feature(Feature::fentry).reason));
  }
}

TEST_CASE("an attach that every way refused says what each of them said, with the kernel's own codes", "[kprobe]") {
  BPF bpf(text, for_this_process());
  // Where there are kprobes, a function they are kept off; each way says something else of it.
  std::string function = "vfs_read";
  if (has_feature(Feature::kprobe)) {
    std::ifstream blacklist("/sys/kernel/debug/kprobes/blacklist");
    std::string range;
    REQUIRE(blacklist >> range >> function);
  } else if (has_feature(Feature::fentry)) {
    FAIL("a kernel with fentry and without kprobes: choose a function it refuses");
  }
  INFO(function);
  try {
    bpf.attach_kprobe(function, "macros");
    FAIL("attached");
  } catch (const AttachError& error) {
    INFO(error.what());
    REQUIRE(error.attempts().size() == 3);
    CHECK(error.attempts()[0].via == "kprobe");
    CHECK(error.attempts()[1].reason == "only system calls have tracepoints of their own");
    CHECK(error.attempts()[2].via == "fentry");
    if (has_feature(Feature::kprobe)) {
      CHECK(error.attempts()[0].reason == "the kernel has it on its blacklist of kprobes");
      CHECK_FALSE(error.attempts()[2].reason.empty());
    } else {
      CHECK(error.attempts()[0].reason == "the kernel has no kprobes");
      CHECK(error.attempts()[2].code == std::errc::operation_not_permitted);
      CHECK_THAT(error.attempts()[2].reason, Catch::Matchers::Contains("this kernel refuses programs of this type"));
    }
  }
}

TEST_CASE("where a capability is missing, automatic mode names it", "[kprobe]") {
  BPF bpf(text, for_this_process());
  std::thread([&bpf] {
    const testing::WithoutCapabilities less({CAP_PERFMON, CAP_SYS_ADMIN});
    try {
      bpf.attach_kprobe(BPF::get_syscall_fnname("lseek"), "macros");
      FAIL("attached");
    } catch (const AttachError& error) {
      INFO(error.what());
      REQUIRE(error.attempts().size() == 3);
      CHECK_THAT(error.attempts()[1].reason, Catch::Matchers::Contains("missing CAP_PERFMON"));
      CHECK(error.attempts()[1].code == std::errc::operation_not_permitted);
    }
  }).join();
  CHECK_NOTHROW(bpf.attach_kprobe(BPF::get_syscall_fnname("lseek"), "macros"));
}

TEST_CASE("what the verifier says of a text is thrown as such where a substitute is all there is", "[kprobe]") {
  BPF bpf(R"(
BPF_HASH(seen, u64, u64);
int wrong(struct pt_regs *ctx) {
  u64 key = 1;
  u64 *value = seen.lookup(&key);
  return *value;
}
)",
          {.auto_attach = AutoAttach::off});
  try {
    bpf.attach_kprobe(BPF::get_syscall_fnname("lseek"), "wrong");
    FAIL("attached");
  } catch (const VerifierError& error) {
    CHECK(error.program() == "wrong");
    CHECK_FALSE(error.log().empty());
  }
}
