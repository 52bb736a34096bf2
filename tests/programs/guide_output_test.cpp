// What the guide shows of the programs that print the same each time, and the form of what others print.

#include <catch2/catch.hpp>

#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "run_program.hpp"

namespace {

using namespace programs_test;

/// The lines that the guide shows below "# COMMAND", up to the next command or the block's end.
std::vector<std::string> shown(const std::string& guide, const std::string& command) {
  std::vector<std::string> found;
  bool within = false;
  for (const auto& line : lines(guide)) {
    if (within && (line == "```" || line.starts_with("# "))) break;
    if (within) found.push_back(line);
    if (line == "# " + command) within = true;
  }
  return found;
}

std::string guide() {
  std::ifstream file(BCCXX_SOURCE_DIR "/docs/maps.md");
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> printed(const std::string& command) {
  std::istringstream text(command);
  const std::vector<std::string> words{std::istream_iterator<std::string>(text), {}};
  const auto finished = run_program(words.at(0), {words.begin() + 1, words.end()});
  CHECK(finished.ended == "exit 0");
  return lines(finished.out);
}

/// A line without its numbers.
std::string form(const std::string& line) { return std::regex_replace(line, std::regex("[0-9]+"), "N"); }

}  // namespace

TEST_CASE("the guide shows what the programs print that always print the same", "[any_kernel]") {
  const auto text = guide();
  for (const std::string command :
       {"lpm_trie", "map_user_ring_buffer 0.01 2", "map_user_ring_buffer 0.01 2 --numbers 300"}) {
    INFO(command);
    const auto there = shown(text, command);
    CHECK_FALSE(there.empty());
    CHECK(there == printed(command));
  }
  const auto first = shown(text, "lpm_trie --v6");
  auto whole = printed("lpm_trie --v6");
  REQUIRE(first.size() > 3);
  REQUIRE(whole.size() >= first.size());
  whole.resize(first.size());
  CHECK(first == whole);
}

TEST_CASE("the guide shows lines of the form that programs print", "[any_kernel]") {
  struct Command {
    std::string shown;
    std::string quick;
  };
  const auto text = guide();
  for (const auto& [command, quick] :
       {Command{"map_table_sample 2", "map_table_sample 0.1 2"},
        {"strlen_hist 2 2", "strlen_hist 0.1 2"},
        {"map_perf_array_simple --event page-faults", "map_perf_array_simple --event page-faults"}}) {
    INFO(command);
    std::set<std::string> forms;
    for (const auto& line : shown(text, command)) forms.insert(form(line));
    // Rows of histograms come and go with what is counted.
    auto heading = printed(quick);
    REQUIRE(heading.size() >= 2);
    heading.resize(2);
    for (const auto& line : heading) {
      INFO(line);
      CHECK(forms.contains(form(line)));
    }
  }
}

TEST_CASE("output that the guide does not show is told from what it shows", "[any_kernel]") {
  const std::string text = "```text\n# one\na 1\nb\n# two 3\nc\n```\nd\n";
  CHECK(shown(text, "one") == std::vector<std::string>{"a 1", "b"});
  CHECK(shown(text, "two 3") == std::vector<std::string>{"c"});
  CHECK(shown(text, "two").empty());
  CHECK(form("a 12: 3") == "a N: N");
  CHECK(form("a 12: 3") != form("a 12, 3"));
}
