// Where the kernel has the probe a program was written for, the program takes it and says nothing; elsewhere it says
// once what it runs from instead. What the kernel has is asked of the kernel's own files, not of the library.
#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <set>

#include "pin_folder.hpp"
#include "run_program.hpp"

using namespace programs_test;

namespace {

std::set<std::string> kernel_functions() {
  std::set<std::string> names;
  std::ifstream symbols("/proc/kallsyms");
  std::string address;
  std::string type;
  std::string name;
  while (symbols >> address >> type >> name) {
    if (type == "t" || type == "T") names.insert(name);
    symbols.ignore(1000, '\n');
  }
  return names;
}

struct Original {
  std::string program;
  std::vector<std::string> functions;  ///< in the order of preference
};

const std::vector<Original>& originals() {
  static const std::vector<Original> all = [] {
    std::vector<Original> result = {{"map_hist", {"blk_account_io_completion", "blk_update_request"}},
                                    {"map_cpu_array_simple", {"tcp_v4_connect"}},
                                    {"map_perf_array_simple", {"__x64_sys_getuid", "__arm64_sys_getuid"}}};
    for (const auto* name :
         {"map_hash_simple", "map_hash_sample", "map_hash_update", "map_table_sample", "map_array_of_maps_sample",
          "map_hash_of_maps_sample", "map_pinned_sample", "map_prog_array_simple"})
      result.push_back({name, {"__x64_sys_execve", "__arm64_sys_execve"}});
    return result;
  }();
  return all;
}

}  // namespace

TEST_CASE("every program runs from its original probe where the kernel has it, and says when it does not", "[kprobe]") {
  const bool kprobes = std::filesystem::exists("/sys/bus/event_source/devices/kprobe");
  const auto functions = kernel_functions();
  REQUIRE(functions.size() > 1000);
  const PinFolder pins;
  for (const auto& [name, wanted] : originals()) {
    INFO(name);
    const auto first = std::ranges::find_if(wanted, [&](const auto& one) { return functions.contains(one); });
    REQUIRE(first != wanted.end());
    // Two rounds, since one of them would end by itself after its first.
    std::vector<std::string> arguments = {"3600", "2"};
    if (name == "map_pinned_sample") arguments.insert(arguments.end(), {"--path", pins / "table"});
    TracingProgram program(name, arguments);
    const auto finished = program.interrupt();
    CHECK(finished.ended == "exit 0");
    INFO(finished.err);
    const bool says_substitute = finished.err.find(" runs from ") != std::string::npos;
    // Once for each function of its text.
    std::set<std::string> said;
    for (const auto& line : lines(finished.err)) {
      if (line.find(" runs from ") != std::string::npos) CHECK(said.insert(line).second);
    }
    if (!kprobes) {
      CHECK(finished.err.find(" runs from tracepoint ") != std::string::npos);
    } else if (name == "map_hist" && first != wanted.begin()) {
      CHECK(finished.err.find("map_hist: runs from kprobe " + *first + ":") != std::string::npos);
    } else {
      CHECK_FALSE(says_substitute);
    }
  }
}
