// What lockdown takes away is said to be taken by lockdown.

#include "integration/runtime/helpers.hpp"
#include "runtime/attach_kprobe.hpp"
#include "runtime/attach_tracepoint.hpp"
#include "runtime/module.hpp"
#include "support/permissions.hpp"

#include <bccxx/runtime/features.hpp>
#include <bccxx/support/error.hpp>

#include <catch2/catch.hpp>

#include <string>

using namespace bccxx;
using namespace bccxx::testing;
using Catch::Matchers::Contains;

TEST_CASE("a helper that lockdown takes away is told from one the kernel does not have", "[lockdown]") {
  runtime::Module module(test_object("locked"));
  const auto mode = support::lockdown();
  if (mode != "integrity" && mode != "confidentiality") {
    CHECK_NOTHROW(module.load("writes_user", {}));
    return;
  }
  CHECK_THROWS_AS(module.load("writes_user", {}), VerifierError);
  CHECK_THROWS_WITH(module.load("writes_user", {}),
                    Contains("bpf_probe_write_user") && Contains("the kernel is in lockdown=" + mode));
  CHECK(support::explain_missing_helper("program of this type cannot use helper bpf_get_stackid#27").empty());
}

TEST_CASE("a helper that programs of its type never have is not lockdown's doing", "[lockdown]") {
  runtime::Module module(test_object("locked"));
  CHECK_THROWS_WITH(module.load("filter_writes_user", {}), Contains("bpf_probe_write_user") && !Contains("lockdown"));
}

TEST_CASE("each hook that lockdown closes says so", "[.][lockdown in force]") {
  REQUIRE(support::lockdown() == "confidentiality");
  runtime::Module module(test_object("count"));
  const auto probe = module.load("on_probe", {});
  const auto forbids = Contains("the kernel is in lockdown=confidentiality, which forbids reading it");
  CHECK_THROWS_AS(runtime::attach_kprobe(*probe, "vfs_read"), AttachError);
  CHECK_THROWS_WITH(runtime::attach_kprobe(*probe, "vfs_read"), Contains("not permitted: perf_event_open") && forbids);
  CHECK_THROWS_WITH(runtime::attach_kretprobe(*probe, "vfs_read"), forbids);
  CHECK_THROWS_WITH(runtime::attach_kretprobe(*probe, "vfs_read", 4), forbids);
  // It is the function that is at fault where that is so.
  CHECK_THROWS_WITH(runtime::attach_kprobe(*probe, "vfs_raed"), Contains("no such function") && Contains("vfs_read"));
  const auto kprobes = probe_feature(Feature::kprobe);
  CHECK_FALSE(kprobes.available);
  CHECK_THAT(kprobes.reason, forbids);
  const auto tracepoint = module.load("on_tracepoint", {});
  // What reads nothing of the kernel is let through.
  CHECK(runtime::attach_tracepoint(*tracepoint, "syscalls:sys_enter_execve").attached());
  CHECK_THROWS_WITH(runtime::attach_tracepoint(*tracepoint, "syscalls:no_such_event"), Contains("no such tracepoint"));

  runtime::Module locked(test_object("locked"));
  for (const auto* program : {"reads_kernel", "writes_user"}) {
    CHECK_THROWS_WITH(locked.load(program, {}), Contains("lockdown=confidentiality, which takes this helper away"));
  }
}
