// Tail calls from a text: slots, types, and what an empty slot does.

#include <bccxx/bpf.hpp>

#include <catch2/catch.hpp>

#include <sys/syscall.h>
#include <unistd.h>

using namespace bccxx;

namespace {

constexpr const char* text = R"(
BPF_PROG_ARRAY(ftable, 2);
BPF_ARRAY(calls, u64, 3);
static int mine() { return bpf_get_current_pid_tgid() >> 32 == PID; }
int target(void *ctx) {
  calls.increment(1);
  return 0;
}
int caller(void *ctx) {
  if (!mine()) return 0;
  calls.increment(0);
  ftable.call(ctx, 1);
  calls.increment(2);
  return 0;
}
)";

}  // namespace

TEST_CASE("a tail call goes where its slot says, and on when the slot is empty") {
  BPF bpf(text, {.cflags = {"-DPID=" + std::to_string(getpid())}});
  const auto ftable = bpf.get_prog_table("ftable");
  const auto calls = bpf.get_array_table<std::uint64_t>("calls");
  const auto& target = bpf.load_func("target", ProgramType::tracepoint);
  ftable.update(1, target);
  CHECK(ftable.find(1) == target.id());
  CHECK_FALSE(ftable.find(0));
  bpf.attach_tracepoint("syscalls:sys_enter_getuid", "caller");

  for (int i = 0; i < 3; ++i) syscall(SYS_getuid);
  CHECK(calls.values() == std::vector<std::uint64_t>{3, 3, 0});
  CHECK(ftable.remove(1));
  for (int i = 0; i < 2; ++i) syscall(SYS_getuid);
  CHECK(calls.values() == std::vector<std::uint64_t>{5, 3, 2});
}

TEST_CASE("an array of programs refuses a program of another type") {
  BPF bpf(text, {.cflags = {"-DPID=" + std::to_string(getpid())}});
  bpf.attach_tracepoint("syscalls:sys_enter_getuid", "caller");
  const auto& wrong = bpf.load_func("target", ProgramType::kprobe);
  try {
    bpf.get_prog_table("ftable").update(1, wrong);
    FAIL("accepted");
  } catch (const SystemError& error) {
    CHECK(error.code() == std::errc::invalid_argument);
  }
}
