// Calls of getuid, measured by counters that the machine has and by one that it may lack.

#include <bccxx/bpf.hpp>
#include <bccxx/support/cpus.hpp>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <sys/syscall.h>
#include <unistd.h>

#include <map>
#include <string>

#include "run_program.hpp"

using namespace programs_test;

namespace {

using Counts = std::map<std::uint64_t, std::uint64_t>;

Counts counts(const std::string& out, const std::string& unit) {
  Counts result;
  for (const auto& line : lines(out)) {
    const auto json = nlohmann::json::parse(line);
    CHECK(json["schema"] == "map_perf_array_simple");
    CHECK(json["unit"] == unit);
    if (json["count"] != 0) result[json["low"]] = json["count"];
  }
  return result;
}

/// Calls that the program says it left out.
std::uint64_t left_out(const std::string& err) {
  const auto at = err.find(" calls ended on another CPU");
  if (at == std::string::npos) return 0;
  const auto begin = err.rfind(' ', at - 1) + 1;
  return std::stoull(err.substr(begin, at - begin));
}

}  // namespace

TEST_CASE("map_perf_array_simple measures its own calls and nobody else's", "[perf_array]") {
  Process others(load_command("getuidload", {"0"}));
  others.wait_until([&] { return others.out() == "calling\n"; });
  const auto finished = run_program("map_perf_array_simple", {"--event", "cpu-clock", "--json"});
  CHECK(finished.ended == "exit 0");
  std::uint64_t total = left_out(finished.err);
  for (const auto& [low, count] : counts(finished.out, "ns")) {
    // No call takes less than 2 ns.
    CHECK(low >= 2);
    total += count;
  }
  CHECK(total == 100);
}

TEST_CASE("map_perf_array_simple counts page faults, of which getuid has none", "[perf_array]") {
  bool none = false;
  // The counter is the CPU's, and somebody else may have a fault in the midst of a call.
  for (int attempt = 0; attempt < 5 && !none; ++attempt) {
    const auto finished = run_program("map_perf_array_simple", {"--event", "page-faults", "--count", "50", "--json"});
    CHECK(finished.ended == "exit 0");
    auto faults = counts(finished.out, "page faults");
    CHECK(faults.begin()->first == 0);
    std::uint64_t total = left_out(finished.err);
    none = faults[0] + total == 50;
    for (const auto& [low, count] : faults) total += count;
    CHECK(total == 50);
  }
  CHECK(none);
}

TEST_CASE("map_perf_array_simple takes the CPU clock where there is no hardware counter, and says so once",
          "[perf_array]") {
  const auto finished = run_program("map_perf_array_simple", {"0.01", "2"});
  CHECK(finished.ended == "exit 0");
  const std::string message = "counts cpu-clock (ns): this machine has no hardware counter for cycles\n";
  const auto at = finished.err.find(message);
  const bool hardware = at == std::string::npos;
  if (!hardware) CHECK(finished.err.find(message, at + 1) == std::string::npos);
  const std::string header = std::string("     value (") + (hardware ? "cycles" : "ns") + ")";
  const auto first = finished.out.find(header);
  REQUIRE(first == 0);
  CHECK(finished.out.find(header, 1) != std::string::npos);
}

TEST_CASE("without an open counter every read is an error, and nothing is printed", "[perf_array]") {
  const bccxx::BPF bpf(
      R"(
BPF_PERF_ARRAY(counters, NUM_CPUS);
BPF_HISTOGRAM(dist);
BPF_ARRAY(errors, u64, 1);
TRACEPOINT_PROBE(syscalls, sys_enter_getuid) {
  if (bpf_get_current_pid_tgid() >> 32 != PID) return 0;
  s64 value = counters.perf_read(CUR_CPU_IDENTIFIER);
  if (value == -2 /* ENOENT */)
    errors.atomic_increment(0);
  else
    dist.atomic_increment(bpf_log2l(value));
  return 0;
}
)",
      {.cflags = {"-DNUM_CPUS=" + std::to_string(bccxx::possible_cpus()), "-DPID=" + std::to_string(getpid())}});
  for (int i = 0; i < 100; ++i) syscall(SYS_getuid);
  CHECK(bpf.get_array_table<std::uint64_t>("errors")[0] == 100);
  CHECK(bpf.get_histogram("dist").log2_hist({.val_type = "value"}).empty());
}
