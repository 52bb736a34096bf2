// Each reason a kernel function cannot be hooked, told apart, with functions found in the kernel's own lists.

#include "runtime/function_refusal.hpp"
#include "common/capabilities.hpp"
#include "common/skip.hpp"
#include "integration/runtime/helpers.hpp"
#include "runtime/attach_error.hpp"
#include "runtime/attach_kprobe.hpp"
#include "runtime/attach_raw_tracepoint.hpp"
#include "runtime/kernel_btf.hpp"
#include "runtime/module.hpp"
#include "symbols/kernel_functions.hpp"

#include <bccxx/runtime/features.hpp>
#include <bccxx/support/error.hpp>

#include <unistd.h>
#include <catch2/catch.hpp>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

using namespace bccxx;
using namespace bccxx::testing;
using Catch::Matchers::Contains;

namespace {

constexpr std::uint32_t trace_fentry = 24;

/// How often each of vmlinux's functions is in kallsyms.
std::map<std::string, int> kernel_functions() {
  std::map<std::string, int> functions;
  symbols::for_each_kernel_symbol([&functions](const symbols::KallsymsLine& line) {
    if ((line.type == 't' || line.type == 'T') && line.module.empty()) ++functions[std::string(line.name)];
    return true;
  });
  return functions;
}

/// One column of a list of the kernel.
std::set<std::string> listed(const std::string& path, int column) {
  std::ifstream file(path);
  std::set<std::string> names;
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string word;
    for (int i = 0; i <= column; ++i) words >> word;
    names.insert(word);
  }
  return names;
}

std::string kprobe_error(const Program& program, const std::string& function) {
  try {
    static_cast<void>(runtime::attach_kprobe(program, function));
  } catch (const AttachError& error) {
    return error.what();
  }
  return "attached";
}

/// A kernel without kprobes has no lists of what cannot be probed either.
bool kernel_has_kprobes() {
  const bool has = std::filesystem::exists("/sys/bus/event_source/devices/kprobe");
  CHECK(has == has_feature(Feature::kprobe));
  return has;
}

}  // namespace

TEST_CASE("a function that the compiler changed is named as the kernel has it", "[refusal]") {
  const auto functions = kernel_functions();
  std::string base;
  std::string twin;
  for (const auto& [name, count] : functions) {
    const auto dot = name.find(".isra.");
    if (dot == std::string::npos || functions.count(name.substr(0, dot)) != 0) continue;
    base = name.substr(0, dot);
    twin = name;
    break;
  }
  REQUIRE_FALSE(base.empty());
  runtime::Module module(test_object("count"));
  const auto program = module.load("on_probe", {});
  const auto message = kprobe_error(*program, base);
  CHECK_THAT(message, Contains("changed by the compiler") && Contains(base + "."));
  for (const auto via : {AttachVia::kprobe, AttachVia::fentry, AttachVia::fexit}) {
    const auto refusal = runtime::explain_function_refusal(base, EINVAL, via, "call");
    CHECK(refusal.code == ENOENT);
    CHECK_THAT(refusal.reason, Contains("changed by the compiler: the kernel has it as " + base + "."));
  }
}

TEST_CASE("what is left of a function that was inlined but for a part is said to be a part", "[refusal]") {
  const auto functions = kernel_functions();
  std::string base;
  for (const auto& [name, count] : functions) {
    const auto dot = name.find(".part.");
    if (dot == std::string::npos || name.find('.') != dot || functions.count(name.substr(0, dot)) != 0) continue;
    // Of several copies the first is named.
    base = name.substr(0, dot);
    bool other = false;
    for (const auto* suffix : {".isra.0", ".constprop.0"}) other = other || functions.count(base + suffix) != 0;
    if (!other) break;
    base.clear();
  }
  REQUIRE_FALSE(base.empty());
  const auto refusal = runtime::explain_function_refusal(base, EINVAL, AttachVia::kprobe, "call");
  CHECK(refusal.code == ENOENT);
  CHECK_THAT(refusal.reason, Contains("inlined but for a part, which is " + base + ".part."));
}

TEST_CASE("a function on the blacklist of kprobes is said to be there", "[refusal]") {
  if (!kernel_has_kprobes()) return test::skip("the kernel has no kprobes");
  const auto functions = kernel_functions();
  runtime::Module module(test_object("count"));
  const auto program = module.load("on_probe", {});
  int tried = 0;
  for (const auto& name : listed("/sys/kernel/debug/kprobes/blacklist", 1)) {
    const auto found = functions.find(name);
    if (found == functions.end() || found->second != 1 || tried == 5) continue;
    CHECK_THAT(kprobe_error(*program, name), Contains("the kernel has it on its blacklist of kprobes"));
    ++tried;
  }
  CHECK(tried == 5);
}

TEST_CASE("a function the kernel does not trace is said to be notrace, through every way", "[refusal]") {
  if (!kernel_has_kprobes()) return test::skip("the kernel has no kprobes");
  const auto traceable = listed("/sys/kernel/tracing/available_filter_functions", 0);
  const auto blacklist = listed("/sys/kernel/debug/kprobes/blacklist", 1);
  REQUIRE(traceable.size() > 1000);
  runtime::Module module(test_object("count"));
  const auto program = module.load("on_probe", {});
  std::string refused;
  int tried = 0;
  for (const auto& [name, count] : kernel_functions()) {
    if (count != 1 || name.find('.') != std::string::npos || traceable.count(name) != 0 || blacklist.count(name) != 0)
      continue;
    if (++tried > 500) break;
    const auto message = kprobe_error(*program, name);
    if (message == "attached") continue;
    CHECK_THAT(message, Contains("the kernel cannot trace it (notrace)"));
    refused = name;
    break;
  }
  REQUIRE_FALSE(refused.empty());
  INFO(refused);
  CHECK_THAT(runtime::explain_function_refusal(refused, EBUSY, AttachVia::fentry, "call").reason, Contains("notrace"));
}

TEST_CASE("a function that tracing programs are kept off is told from a text that is wrong", "[refusal]") {
  runtime::Module module(test_object("count"));
  if (!has_feature(Feature::fentry)) {
    const auto code = probe_feature(Feature::fentry).code;
    try {
      module.load("on_fentry", {ProgramType::tracing, trace_fentry, 0, "vfs_read"});
      FAIL("loaded");
    } catch (const LoadError& error) {
      CHECK(error.code() == code);
    }
    return;
  }
  std::optional<std::string> denied;
  for (const auto* name : {"migrate_disable", "__rcu_read_lock", "rcu_read_unlock_strict", "preempt_count_add"}) {
    if (!denied && symbols::kernel_function_exists(name) && runtime::function_argument_slots(name)) denied = name;
  }
  REQUIRE(denied);
  try {
    module.load("on_fentry", {ProgramType::tracing, trace_fentry, 0, *denied});
    FAIL("loaded");
  } catch (const VerifierError& error) {
    FAIL("blamed the text: " << error.what());
  } catch (const LoadError& error) {
    CHECK_THAT(error.what(), Contains("the kernel lets no fentry program onto " + *denied));
  }
  CHECK_THROWS_WITH(module.load("on_fentry", {ProgramType::tracing, trace_fentry, 0, "vfs_raed"}),
                    Contains("no such function") && Contains("vfs_read"));
}

TEST_CASE("a permission is blamed only where one was refused, and by name", "[refusal]") {
  runtime::Module module(test_object("count"));
  const auto program = module.load("on_probe", {});
  const auto message = [&program](AttachVia via, int code) -> std::string {
    try {
      runtime::fail_attach(*program, via, "place", code, "reason");
    } catch (const AttachError& error) {
      return error.what();
    }
  };
  // A thread's own capabilities: Catch's thread keeps what it has.
  std::thread([&] {
    const WithoutCapabilities less({CAP_PERFMON, CAP_SYS_ADMIN, CAP_NET_ADMIN, CAP_NET_RAW});
    CHECK_THAT(message(AttachVia::tracepoint, EMFILE), !Contains("CAP_"));
    CHECK_THAT(message(AttachVia::kprobe, EACCES),
               Contains("missing CAP_PERFMON (kernel.perf_event_paranoid=") && !Contains("CAP_BPF"));
    CHECK_THAT(message(AttachVia::xdp, EPERM), Contains("missing CAP_NET_ADMIN;"));
    CHECK_THAT(message(AttachVia::raw_socket, EPERM), Contains("missing CAP_NET_RAW;"));
  }).join();
  std::thread([&] {
    const WithoutCapabilities less({CAP_BPF, CAP_SYS_ADMIN});
    CHECK_THAT(message(AttachVia::kprobe, EPERM), Contains("missing CAP_BPF (kernel.unprivileged_bpf_disabled="));
  }).join();
  std::thread([&] {
    const WithoutCapabilities less({CAP_SYS_ADMIN});
    CHECK_THAT(message(AttachVia::kprobe, EPERM), !Contains("CAP_"));
    CHECK_THAT(message(AttachVia::uprobe, EPERM), Contains("missing CAP_SYS_ADMIN"));
  }).join();
}

TEST_CASE("a feature that was refused for want of a privilege is there once the privilege is", "[refusal]") {
  // In a process that has asked for no feature yet.
  const int status = in_child("features", [] {
    ::unsetenv("BCCXX_REQUIRED_FEATURES");
    return ::execl("/proc/self/exe", "tests", "[feature with and without privilege]", "-o", "/dev/null", nullptr);
  });
  CHECK(status == 0);
}

TEST_CASE("an answer of a process without privilege does not last", "[.][feature with and without privilege]") {
  for (const auto feature : {Feature::batch_operations, Feature::raw_tracepoint}) {
    INFO(to_string(feature));
    {
      const WithoutCapabilities less({CAP_BPF, CAP_PERFMON, CAP_SYS_ADMIN});
      const auto state = probe_feature(feature);
      CHECK_FALSE(state.available);
      CHECK(state.code == std::errc::operation_not_permitted);
      CHECK_THAT(state.reason, Contains("missing CAP_BPF"));
    }
    CHECK(has_feature(feature));
  }
}

TEST_CASE("a text's function or hook that the kernel does not have is said to be absent, with the nearest names") {
  CHECK_NOTHROW(runtime::require_traced_target("f", AttachVia::fentry, "vfs_read"));
  CHECK_NOTHROW(runtime::require_traced_target("f", AttachVia::lsm, "file_open"));
  CHECK_THROWS_WITH(runtime::require_traced_target("f", AttachVia::fexit, "vfs_raed"),
                    Contains("attach f to fexit vfs_raed: no such function") && Contains("vfs_read"));
  CHECK_THROWS_WITH(runtime::require_traced_target("f", AttachVia::lsm, "file_opn"),
                    Contains("attach f to lsm file_opn: no such security hook") && Contains("file_open"));
}
