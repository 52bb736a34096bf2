// What each program does, whatever it is about: its JSON, and what is left when it is gone, however it went.
#include <bpf/bpf.h>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "every_program.hpp"

namespace {

using namespace programs_test;

/// Maps, programs and links by the words of fdinfo.
using Ids = std::map<std::string, std::set<std::uint32_t>>;

Ids held_by(pid_t pid) {
  Ids ids;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/fdinfo")) {
    std::ifstream info(entry.path());
    for (std::string word; info >> word;) {
      std::uint32_t id = 0;
      if ((word == "map_id:" || word == "prog_id:" || word == "link_id:") && info >> id) ids[word].insert(id);
    }
  }
  return ids;
}

/// Asked without opening it: a map of programs that is opened and closed while the kernel empties it may stay for good.
bool exists(const std::string& kind, std::uint32_t id) {
  std::uint32_t next = 0;
  const auto ask = kind == "map_id:"    ? bpf_map_get_next_id
                   : kind == "prog_id:" ? bpf_prog_get_next_id
                                        : bpf_link_get_next_id;
  return ask(id - 1, &next) == 0 && next == id;
}

Ids still_there(const Ids& ids) {
  Ids left;
  for (const auto& [kind, numbers] : ids) {
    for (const auto id : numbers) {
      if (exists(kind, id)) left[kind].insert(id);
    }
  }
  return left;
}

std::set<std::string> trace_instances_of(pid_t pid) {
  std::set<std::string> found;
  for (const auto& entry : std::filesystem::directory_iterator("/sys/kernel/tracing/instances")) {
    const auto name = entry.path().filename().string();
    if (name.starts_with("bccxx-" + std::to_string(pid) + "-")) found.insert(name);
  }
  return found;
}

/// Waits until something is so, at most a minute.
template <class Condition>
bool soon(const Condition& condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    poll(nullptr, 0, 10);
  }
  return true;
}

std::string described(const Invocation& invocation) {
  std::string text = invocation.program;
  for (const auto& argument : invocation.arguments) text += ' ' + argument;
  return text;
}

std::string network_state(const Surroundings& surroundings) {
  const auto& name = surroundings.namespaces()["r"];
  std::string state = must_run({"tc", "-n", name, "qdisc"});
  for (const std::string device : {"vin", "vout"}) {
    state += must_run({"tc", "-n", name, "filter", "show", "dev", device});
    state += surroundings.namespaces().ip("r", "-d link show dev " + device).find("prog/xdp") == std::string::npos
                 ? "no XDP\n"
                 : "XDP\n";
  }
  return state;
}

void kill_while_tracing(const Surroundings& surroundings, const Invocation& invocation) {
  INFO(described(invocation));
  const auto network_before = network_state(surroundings);
  auto arguments = invocation.arguments;
  for (const auto* last : {"--interval", "3600", "--rounds", "2"}) arguments.emplace_back(last);
  TracingProgram program(invocation.program, arguments);
  auto ids = held_by(program.pid());
  CHECK_FALSE(ids["map_id:"].empty());
  CHECK_FALSE(ids["prog_id:"].empty());
  const auto pid = program.pid();
  CHECK(program.interrupt(SIGKILL).ended == "signal 9");
  if (described(invocation).find("/sys/fs/bpf/") != std::string::npos) ids.erase("map_id:");
  CHECK(soon([&] { return still_there(ids).empty(); }));
  CHECK(soon([&] { return trace_instances_of(pid).empty(); }));
  CHECK(soon([&] { return network_state(surroundings) == network_before; }));
}

}  // namespace

TEST_CASE("there is an invocation of every program", "[command_line]") {
  std::set<std::string> tried;
  for (const auto& invocation : Surroundings().invocations()) tried.insert(invocation.program);
  const auto all = all_programs();
  CHECK(tried == std::set<std::string>(all.begin(), all.end()));
}

TEST_CASE("with --json every line of every program is one object that names the program", "[command_line]") {
  const Surroundings surroundings;
  for (const auto& [program, before] : surroundings.invocations()) {
    INFO(described({program, before}));
    auto arguments = before;
    for (const auto* last : {"--json", "--interval", "0.1", "--rounds", "2"}) arguments.emplace_back(last);
    const auto finished = run_program(program, arguments);
    CHECK(finished.ended == "exit 0");
    for (const auto& line : lines(finished.out)) {
      INFO(line);
      const auto object = nlohmann::json::parse(line, nullptr, false);
      REQUIRE(object.is_object());
      CHECK(object["schema"] == program);
      CHECK(object["version"] == 1);
    }
  }
}

TEST_CASE("a program that is killed leaves nothing behind but its pins and its control group", "[command_line]") {
  const Surroundings surroundings;
  for (const auto& invocation : surroundings.invocations()) {
    const bool ends_by_itself = invocation.program == "lpm_trie" || invocation.program == "map_dump";
    if (!ends_by_itself) kill_while_tracing(surroundings, invocation);
  }
}

TEST_CASE("a killed program's probes and filters are gone, of whichever kind this kernel has them") {
  // One of each kind: kprobe, function of the kernel, uprobe, perf event, trace instance, group, XDP, tc.
  const std::set<std::string> chosen = {"map_table_sample", "map_cpu_array_simple",  "mallocstacks",
                                        "map_cgroup",       "map_perf_array_simple", "map_prog_array_simple",
                                        "xdp_redirect_map", "tunnel_monitor"};
  const Surroundings surroundings;
  for (const auto& invocation : surroundings.invocations()) {
    const bool plain = invocation.program != "map_table_sample" || invocation.arguments.empty();
    if (plain && chosen.contains(invocation.program)) kill_while_tracing(surroundings, invocation);
  }
}

TEST_CASE("a reader that goes away ends a program", "[command_line]") {
  // 141: by SIGPIPE, of which a shell says nothing.
  const auto piped = [](const std::string& before, const std::string& command) {
    return Process({"bash", "-c",
                    before + program_path(command) +
                        " | head -1; echo ${PIPESTATUS[0]}; for job in $(jobs -p); do kill $job; done"})
        .wait();
  };
  const auto finished = piped("", "map_table_sample 0.05");
  CHECK(finished.out == "----new round-----\n141\n");
  const auto ignored = piped("trap '' PIPE; ", "map_table_sample 0.05");
  CHECK(ignored.out == "----new round-----\n2\n");
  CHECK_THAT(ignored.err, Catch::EndsWith("map_table_sample: cannot write the output\n"));
  // A program that prints between rounds, whenever somebody executes something.
  const auto rows = piped("while sleep 0.1; do :; done & trap '' PIPE; ", "map_prog_array_simple");
  CHECK(rows.out == "PID    COMM         OUTPUT\n2\n");
}
