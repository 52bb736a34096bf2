// The front door end to end: text, compiler, kernel, tables.

#include <bccxx/bpf.hpp>

#include <catch2/catch.hpp>

#include <sys/syscall.h>
#include <unistd.h>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "programs/facade/execute.hpp"

using namespace bccxx;
using programs_test::execute;

namespace {

struct Comm {
  char text[16];
};

constexpr const char* count_execs = R"(
#include <linux/sched.h>
struct key_t { char comm[TASK_COMM_LEN]; };
BPF_HASH(counts, struct key_t);
int on_execve(struct pt_regs *ctx) {
  struct key_t key = {};
  bpf_get_current_comm(&key.comm, sizeof(key.comm));
  counts.increment(key);
  return 0;
}
)";

Comm comm(const char* name) {
  Comm key{};
  std::strncpy(key.text, name, sizeof key.text - 1);
  return key;
}

}  // namespace

TEST_CASE("a kprobe on a system call counts, whatever hook the kernel has for it") {
  BPF bpf(count_execs);
  const auto& link = bpf.attach_kprobe(BPF::get_syscall_fnname("execve"), "on_execve");
  CHECK((link.via() == AttachVia::kprobe || link.via() == AttachVia::tracepoint));
  execute("bccxx-five", 5);
  execute("bccxx-three", 3);
  const auto counts = bpf.get_hash_table<Comm, std::uint64_t>("counts");
  CHECK(counts[comm("bccxx-five")] == 5);
  CHECK(counts[comm("bccxx-three")] == 3);
  CHECK_FALSE(counts.find(comm("bccxx-none")));

  bpf.detach_kprobe(BPF::get_syscall_fnname("execve"));
  CHECK(bpf.links().empty());
  execute("bccxx-five", 1);
  CHECK(counts[comm("bccxx-five")] == 5);
}

TEST_CASE("functions attach by their names") {
  BPF bpf(R"(
BPF_ARRAY(hits, u64, 1);
TRACEPOINT_PROBE(syscalls, sys_enter_getuid) {
  if ((bpf_get_current_pid_tgid() >> 32) == MY_PID) hits.increment(0);
  return 0;
}
)",
          {.cflags = {"-DMY_PID=" + std::to_string(getpid())}});
  REQUIRE(bpf.links().size() == 1);
  CHECK(bpf.links().front()->target() == "syscalls:sys_enter_getuid");
  for (int i = 0; i < 7; ++i) syscall(SYS_getuid);
  CHECK(bpf.get_array_table<std::uint64_t>("hits")[0] == 7);
}

TEST_CASE("a table outlives the object it came from") {
  auto table = [] {
    BPF bpf("BPF_ARRAY(numbers, u64, 4);");
    auto numbers = bpf.get_array_table<std::uint64_t>("numbers");
    numbers.update(2, 42);
    return numbers;
  }();
  CHECK(table[2] == 42);
}

TEST_CASE("wrong C is a CompileError with the user's line") {
  try {
    BPF bpf("int probe(void *ctx) {\n  return undeclared;\n}\n");
    FAIL("compiled");
  } catch (const CompileError& error) {
    REQUIRE_FALSE(error.diagnostics().empty());
    CHECK(error.diagnostics().front().line == 2);
    CHECK(error.diagnostics().front().column == 10);
  }
}

TEST_CASE("a warning of the compiler is told to the log once, line by line") {
  std::vector<std::string> told;
  BPF bpf("#warning look here\nint f(struct pt_regs *ctx) { return 0; }\n",
          {.cache = {.mode = compiler::Cache::Mode::off, .directory = {}},
           .log = [&told](std::string_view line) { told.emplace_back(line); }});
  // Where the kernel has no kprobes the text is compiled once more.
  bpf.attach_kprobe(bpf.get_syscall_fnname("getuid"), "f");
  std::size_t warnings = 0;
  for (const auto& line : told) {
    CHECK(line.find('\n') == std::string::npos);
    warnings += line.starts_with("compiler: <text>:1:2: warning: look here") ? 1 : 0;
  }
  CHECK(warnings == 1);
}

TEST_CASE("a wrong table name is NotFound with the nearest names") {
  BPF bpf("BPF_HASH(counts); BPF_HASH(other);");
  try {
    static_cast<void>(bpf.get_map("cuonts"));
    FAIL("found");
  } catch (const NotFound& error) {
    CHECK(error.nearest() == std::vector<std::string>{"counts"});
  }
}

TEST_CASE("wrong key and value types are a TypeMismatch with both sizes") {
  BPF bpf("BPF_HASH(counts, u32, u64);");
  try {
    static_cast<void>(bpf.get_hash_table<std::uint64_t, std::uint64_t>("counts"));
    FAIL("accepted");
  } catch (const TypeMismatch& error) {
    CHECK(error.part() == "key");
    CHECK(error.expected_size() == 8);
    CHECK(error.actual_size() == 4);
  }
  CHECK_THROWS_AS((bpf.get_hash_table<std::uint32_t, std::uint32_t>("counts")), TypeMismatch);
}

TEST_CASE("a program the verifier refuses is a VerifierError with the line and the whole log") {
  BPF bpf(R"(BPF_HASH(counts, u32, u64);
int probe(void *ctx) {
  u32 key = 0;
  u64 *value = counts.lookup(&key);
  return *value;
}
)");
  try {
    bpf.load_func("probe", ProgramType::tracepoint);
    FAIL("loaded");
  } catch (const VerifierError& error) {
    CHECK_FALSE(error.summary().empty());
    CHECK(error.source_line().find("return *value;") != std::string::npos);
    CHECK(error.log().find(error.summary()) != std::string::npos);
  }
}

TEST_CASE("an event that does not exist is an AttachError that names what was tried") {
  BPF bpf("int probe(void *ctx) { return 0; }");
  try {
    bpf.attach_tracepoint("sched:sched_swtich", "probe");
    FAIL("attached");
  } catch (const AttachError& error) {
    CHECK(error.attempts().size() == 1);
    CHECK(error.hint().find("sched:sched_switch") != std::string::npos);
  }
  try {
    bpf.attach_kprobe("no_such_kernel_function", "probe");
    FAIL("attached");
  } catch (const AttachError& error) {
    CHECK(error.attempts().size() >= 2);
  }
}

TEST_CASE("an object made ahead of time runs without the compiler") {
  std::vector<std::byte> bytes;
  {
    const BPF compiled(count_execs);
    const auto view = compiled.object().bytes();
    bytes.assign(view.begin(), view.end());
  }
  auto bpf = BPF::from_object(bytes, {.worker = {.path = "/nonexistent/bccxx-cc"}});
  CHECK_FALSE(bpf.origin());
  bpf.attach_tracepoint("syscalls:sys_enter_execve", "on_execve");
  execute("bccxx-ahead", 2);
  CHECK(bpf.get_hash_table<Comm, std::uint64_t>("counts")[comm("bccxx-ahead")] == 2);
}
