// Raw tracepoints, perf events, kprobes, system calls: what this kernel has runs, what it lacks is said.

#include "integration/runtime/helpers.hpp"
#include "runtime/attach_kprobe.hpp"
#include "runtime/attach_perf_event.hpp"
#include "runtime/attach_raw_tracepoint.hpp"
#include "runtime/module.hpp"
#include "runtime/syscall_names.hpp"
#include "symbols/kernel_functions.hpp"

#include <bccxx/runtime/features.hpp>
#include <bccxx/support/error.hpp>

#include <catch2/catch.hpp>

#include <fcntl.h>
#include <chrono>
#include <ctime>
#include <filesystem>
#include <thread>

using namespace bccxx;
using namespace bccxx::testing;
using Catch::Matchers::Contains;

namespace {

int burn_cpu(std::chrono::nanoseconds time) {
  timespec spent{};
  do {
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
  } while (std::chrono::seconds(spent.tv_sec) + std::chrono::nanoseconds(spent.tv_nsec) < time);
  return 0;
}

}  // namespace

TEST_CASE("a raw tracepoint counts execs, and one that does not exist is an AttachError with the nearest names") {
  runtime::Module module(test_object("count"));
  const auto program = module.load("on_raw_tracepoint", {});
  const auto link = runtime::attach_raw_tracepoint(*program, "sched_process_exec");
  CHECK(link.via() == AttachVia::raw_tracepoint);
  const auto name = unique_comm();
  const auto executed = unique_comm();
  run_execs(name, 3, executed);
  // The comm is the new program's by then.
  CHECK(count_of(*module.map("counts"), executed) == 3);
  CHECK_THROWS_WITH(runtime::attach_raw_tracepoint(*program, "sched_proces_exec"), Contains("sched_process_exec"));
  CHECK_THROWS_AS(runtime::attach_raw_tracepoint(*program, "sched_proces_exec"), AttachError);
}

TEST_CASE("a perf event samples a busy process") {
  runtime::Module module(test_object("count"));
  const auto program = module.load("on_perf_event", {});
  const auto clock = static_cast<std::uint64_t>(PerfSoftware::cpu_clock);
  const auto software = static_cast<std::uint32_t>(PerfType::software);
  const auto name = unique_comm();
  {
    const auto link = runtime::attach_perf_event(*program, software, clock, {.period = 1'000'000});
    in_child(name, [] { return burn_cpu(std::chrono::milliseconds(200)); });
  }
  const auto sampled = count_of(*module.map("counts"), name);
  CHECK(sampled >= 10);  // an emulated processor loses most of the 200
  in_child(name, [] { return burn_cpu(std::chrono::milliseconds(50)); });
  CHECK(count_of(*module.map("counts"), name) == sampled);
}

TEST_CASE("a perf event that makes no sense is refused") {
  runtime::Module module(test_object("count"));
  const auto program = module.load("on_perf_event", {});
  const auto attempt = [&](std::uint32_t type, const PerfSampling& how) {
    return runtime::attach_perf_event(*program, type, 0, how);
  };
  CHECK_THROWS_AS(attempt(1, {}), std::invalid_argument);
  CHECK_THROWS_AS(attempt(1, {.period = 1, .frequency = 1}), std::invalid_argument);
  CHECK_THROWS_AS(attempt(12345, {.period = 1000}), AttachError);
  CHECK_THROWS_WITH(attempt(1, {.frequency = 99, .pid = 4'194'303}), Contains("no process 4194303"));
  CHECK_THROWS_AS(attempt(1, {.frequency = 99, .cpu = 100'000}), AttachError);
}

TEST_CASE("a kprobe runs where the kernel has kprobes, and is refused with the reason elsewhere") {
  runtime::Module module(test_object("count"));
  const auto program = module.load("on_probe", {});
  const auto function = runtime::get_syscall_fnname("execve");
  if (has_feature(Feature::kprobe)) {
    const auto link = runtime::attach_kprobe(*program, function);
    const auto name = unique_comm();
    run_execs(name, 6);
    CHECK(count_of(*module.map("counts"), name) == 6);
  } else {
    CHECK_FALSE(std::filesystem::exists("/sys/bus/event_source/devices/kprobe"));
    for (const auto& attach : {+[](const Program&p, const std::string&f) { return runtime::attach_kprobe(p, f); },
                               +[](const Program&p, const std::string&f) { return runtime::attach_kretprobe(p, f); }}) {
      try {
        static_cast<void>(attach(*program, function));
        FAIL("attached");
      } catch (const AttachError& error) {
        REQUIRE(error.attempts().size() == 1);
        CHECK(error.attempts()[0].reason == "the kernel has no kprobes");
        CHECK(error.attempts()[0].code == std::errc::operation_not_supported);
      }
    }
  }
}

TEST_CASE("a kprobe on a function that does not exist names the nearest ones on every kernel") {
  runtime::Module module(test_object("count"));
  const auto program = module.load("on_probe", {});
  CHECK_THROWS_WITH(runtime::attach_kprobe(*program, "do_sys_openta2"),
                    Contains("no such function") && Contains("do_sys_openat2"));
}

TEST_CASE("system calls are found by name") {
  CHECK(symbols::kernel_function_exists(runtime::get_syscall_fnname("execve")));
  CHECK(runtime::fix_syscall_fnname("__arm64_sys_execve") == runtime::get_syscall_fnname("execve"));
  CHECK(runtime::fix_syscall_fnname("vfs_read") == "vfs_read");
  CHECK(runtime::syscall_of("__x64_sys_execve") == "execve");
  CHECK_FALSE(runtime::syscall_of("vfs_read").has_value());
  const auto pair = runtime::syscall_tracepoints("execve");
  REQUIRE(pair.has_value());
  CHECK(pair->enter == "syscalls:sys_enter_execve");
  CHECK(pair->exit == "syscalls:sys_exit_execve");
  CHECK_FALSE(runtime::syscall_tracepoints("no_such_call").has_value());
}

TEST_CASE("kernel functions are listed by a regular expression for their whole name") {
  CHECK(symbols::get_kprobe_functions("do_sys_openat2") == std::vector<std::string>{"do_sys_openat2"});
  CHECK(symbols::get_kprobe_functions("do_sys_openat").empty());
  CHECK(symbols::get_kprobe_functions(".*\\.cold").empty());
  for (const auto* function : {"do_sys_openat2", "no_such_function_in_any_kernel"})
    CHECK(symbols::probing_of(std::string("some_module:") + function) == symbols::probing_of(function));
  CHECK_FALSE(symbols::kernel_function_exists("no_such_module:do_sys_openat2"));
}

TEST_CASE("features are what the kernel does when asked, the same for every thread") {
  CHECK(has_feature(Feature::raw_tracepoint));
  CHECK(has_feature(Feature::uprobe));
  CHECK(has_feature(Feature::ring_buffer));
  CHECK(has_feature(Feature::batch_operations));
  CHECK(has_feature(Feature::perf_event_link));
  for (const auto feature :
       {Feature::kprobe, Feature::fentry, Feature::fmod_ret, Feature::lsm, Feature::btf_raw_tracepoint}) {
    INFO(to_string(feature));
    const auto state = probe_feature(feature);
    INFO(state.reason);
    CHECK(state.available == state.reason.empty());
    CHECK(state.available == !state.code);
    FeatureState other;
    std::thread([&] { other = probe_feature(feature); }).join();
    CHECK(other.available == state.available);
    CHECK(other.reason == state.reason);
  }
}

TEST_CASE("fentry runs or is refused as its feature says") {
  runtime::Module module(test_object("count"));
  const runtime::ProgramLoad how{
      .type = ProgramType::tracing, .expected_attach_type = 24, .attach_target = "do_sys_openat2"};
  if (has_feature(Feature::fentry)) {
    const auto link = runtime::attach_trampoline(*module.load("on_fentry", how), AttachVia::fentry, "do_sys_openat2");
    const auto name = unique_comm();
    in_child(name, [] {
      for (int i = 0; i < 3; ++i) {
        if (::open("/no/such/file", O_RDONLY | O_CLOEXEC) >= 0) return 1;
      }
      return 0;
    });
    CHECK(count_of(*module.map("counts"), name) == 3);
  } else {
    CHECK_THROWS_AS(module.load("on_fentry", how), LoadError);
  }
  const runtime::ProgramLoad absent{
      .type = ProgramType::tracing, .expected_attach_type = 24, .attach_target = "no_such_function"};
  CHECK_THROWS_WITH(module.load("on_fentry", absent), Contains("no such function, or one that is inlined everywhere"));
}
