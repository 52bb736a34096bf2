// One program on everything that a regular expression names, and the lists these names come from.

#include <bccxx/bpf.hpp>
#include <bccxx/runtime/features.hpp>

#include <catch2/catch.hpp>

#include <dlfcn.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

using namespace bccxx;
using Catch::Matchers::Contains;

namespace {

constexpr const char* text = R"(
BPF_ARRAY(calls, u64, 1);
static void count(void) {
  if ((bpf_get_current_pid_tgid() >> 32) == MY_PID) calls.atomic_increment(0);
}
int on_kernel(struct pt_regs *ctx) {
  count();
  return 0;
}
int on_user(struct pt_regs *ctx) {
  count();
  return 0;
}
int on_event(void *ctx) {
  count();
  return 0;
}
)";

Options quiet(std::vector<std::string>* log = nullptr) {
  Options options = {.cflags = {"-DMY_PID=" + std::to_string(getpid())}, .auto_attach = AutoAttach::off};
  if (log != nullptr) options.log = [log](std::string_view line) { log->emplace_back(line); };
  return options;
}

std::uint64_t calls(const BPF& bpf) { return bpf.get_array_table<std::uint64_t>("calls")[0]; }

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

TEST_CASE("a program runs on every kernel function that a regular expression names", "[matching]") {
  BPF bpf(text, quiet());
  const auto expression = BPF::get_syscall_prefix() + "get(pg|s)id";
  const auto links = bpf.attach_kprobes(expression, "on_kernel");
  CHECK(links.size() == 2);
  syscall(SYS_getpgid, 0);
  syscall(SYS_getsid, 0);
  CHECK(calls(bpf) == 2);
  bpf.detach_kprobe(BPF::get_syscall_fnname("getpgid"));
  syscall(SYS_getpgid, 0);
  syscall(SYS_getsid, 0);
  CHECK(calls(bpf) == 3);
  bpf.detach_all();
  CHECK(bpf.attach_kretprobes(expression, "on_kernel").size() == 2);
  syscall(SYS_getsid, 0);
  CHECK(calls(bpf) == 4);
  CHECK_THROWS_AS(bpf.attach_kprobes("no_such_function_.*", "on_kernel"), NotFound);
}

TEST_CASE("a program runs on every tracepoint that a regular expression names", "[matching]") {
  BPF bpf(text, quiet());
  CHECK(bpf.attach_tracepoints("syscalls:sys_(enter|exit)_getpgid$", "on_event").size() == 2);
  syscall(SYS_getpgid, 0);
  CHECK(calls(bpf) == 2);
  CHECK_THROWS_AS(bpf.attach_tracepoints("no_such_category:", "on_event"), NotFound);
}

TEST_CASE("a program runs on every function of a binary that a regular expression names, once for each address",
          "[matching]") {
  BPF bpf(text, quiet());
  // getpgid has a second name, debug symbols or none.
  const std::string expression = "(mkdir|rmdir|(__)?getpgid)$";
  const auto addresses = BPF::get_user_addresses("c", expression);
  const auto named = BPF::get_user_functions_and_addresses("c", expression);
  REQUIRE(addresses.size() >= 3);
  CHECK(named.size() > addresses.size());
  CHECK(bpf.attach_uprobes("c", expression, "on_user", getpid()).size() == addresses.size());
  CHECK(rmdir("/no/such/directory") == -1);
  CHECK(calls(bpf) == 1);
  bpf.detach_all();
  CHECK(bpf.attach_uretprobes("c", expression, "on_user", getpid()).size() == addresses.size());
  CHECK(rmdir("/no/such/directory") == -1);
  CHECK(calls(bpf) == 2);
  CHECK_THROWS_AS(bpf.attach_uprobes("c", "no_such_function", "on_user"), NotFound);
}

TEST_CASE("what there is to attach to is listed", "[matching]") {
  CHECK(BPF::get_syscall_prefix() + "bpf" == BPF::get_syscall_fnname("bpf"));
  CHECK(BPF::get_kprobe_functions("vfs_read") == std::vector<std::string>{"vfs_read"});
  CHECK(contains(BPF::get_tracepoints("sched:"), "sched:sched_switch"));
  CHECK(BPF::tracepoint_exists("sched", "sched_switch"));
  CHECK_FALSE(BPF::tracepoint_exists("sched", "sched_swich"));
  CHECK(contains(BPF::get_user_functions("c", "mall"), "malloc"));
  CHECK(BPF::support_kfunc() == has_feature(Feature::fentry));
  CHECK(BPF::support_lsm() == has_feature(Feature::lsm));
  CHECK(BPF::support_raw_tracepoint());
  // The address is that of the function: a probe there sees the call.
  const auto found = BPF::get_user_functions_and_addresses("c", "rmdir$");
  REQUIRE(found.size() == 1);
  Dl_info loaded = {};
  REQUIRE(dladdr(reinterpret_cast<const void*>(&rmdir), &loaded) != 0);
  CHECK(BPF::get_user_addresses("c", "rmdir$") == std::vector<std::uint64_t>{found.front().second});
  BPF bpf(text, quiet());
  bpf.attach_uprobe({.binary = "c", .address = found.front().second, .pid = getpid()}, "on_user");
  CHECK(rmdir("/no/such/directory") == -1);
  CHECK(calls(bpf) == 1);
}

TEST_CASE("of several functions, those that cannot be probed are left out and told to the log", "[matching]") {
  std::vector<std::string> log;
  BPF bpf(text, quiet(&log));
  // Without kprobes, only a system call has another hook where fentry is refused, too.
  const bool every = has_feature(Feature::kprobe) || has_feature(Feature::fentry);
  const auto expression = "(" + BPF::get_syscall_fnname("getpgid") + "|vfs_read)";
  CHECK(bpf.attach_kprobes(expression, "on_kernel").size() == (every ? 2 : 1));
  const auto left_out = std::count_if(log.begin(), log.end(), [](const std::string& line) {
    return line.find("left out: attach on_kernel to vfs_read") == 0;
  });
  CHECK(left_out == (every ? 0 : 1));
  if (!every) CHECK_THROWS_AS(bpf.attach_kprobes("vfs_read", "on_kernel"), AttachError);
}
