// What all programs share: the command line, exit statuses, and what they print where.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <regex>

#include "run_program.hpp"

namespace {

using namespace programs_test;

/// Good values for what a program is told before its interval, as its help lists it.
std::vector<std::string> arguments_before_interval(const std::string& name) {
  const auto help = run_program(name, {"-h"}).out;
  const auto positionals = help.substr(0, help.find("\n  interval "));
  const std::regex argument("\n  \\S+ (TEXT|INT|UINT)");
  std::vector<std::string> values;
  for (std::sregex_iterator found(positionals.begin(), positionals.end(), argument), end; found != end; ++found) {
    values.push_back((*found)[1] == "TEXT" ? "lo" : "1");
  }
  return values;
}

}  // namespace

TEST_CASE("every program explains itself", "[command_line]") {
  for (const auto& name : all_programs()) {
    INFO(name);
    const auto finished = run_program(name, {"-h"});
    CHECK(finished.ended == "exit 0");
    CHECK(finished.err.empty());
    CHECK(finished.out.find("[interval] [count]") != std::string::npos);
    CHECK(finished.out.find("--json") != std::string::npos);
  }
}

TEST_CASE("a wrong command line ends every program with status 1 before anything is traced", "[command_line]") {
  const auto arguments = GENERATE(
      std::vector<std::string>{"0"}, std::vector<std::string>{"-1"}, std::vector<std::string>{"nan"},
      std::vector<std::string>{"1", "0"}, std::vector<std::string>{"1", "-2"}, std::vector<std::string>{"1", "1.5"},
      std::vector<std::string>{"1", "1", "1"}, std::vector<std::string>{"--no-such-option"});
  for (const auto& name : all_programs()) {
    INFO(name << " " << arguments.back());
    auto all = arguments_before_interval(name);
    all.insert(all.end(), arguments.begin(), arguments.end());
    const auto finished = run_program(name, all);
    CHECK(finished.ended == "exit 1");
    CHECK(finished.out.empty());
    CHECK(finished.err.starts_with(name + ": "));
    const auto said = lines(finished.err);
    // One line, and that of the original where it has one.
    const bool as_original = said.size() > 1 && (said[1].starts_with("Usage: ") || said[1].starts_with("USAGE: "));
    CHECK((as_original || (said.size() == 1 && said[0].ends_with(" (-h tells more)"))));
  }
}

TEST_CASE("a wrong command line says what is wrong with which argument", "[command_line]") {
  const auto said = [](const std::string& name, const std::vector<std::string>& arguments) {
    const auto finished = run_program(name, arguments);
    CHECK(finished.ended == "exit 1");
    return lines(finished.err).at(0);
  };
  CHECK(said("map_hash_simple", {"0"}) ==
        "map_hash_simple: interval must be a number of seconds, greater than 0, not 0 (-h tells more)");
  CHECK(said("map_hash_simple", {"1", "x"}) ==
        "map_hash_simple: count must be a non-zero, positive integer, not x (-h tells more)");
  CHECK(said("map_hash_simple", {"1", "--interval", "2"}) ==
        "map_hash_simple: interval and --interval are the same (-h tells more)");
  CHECK(said("strlen_hist", {"-p", "0"}) ==
        "strlen_hist: --pid must be a non-zero, positive integer, not 0 (-h tells more)");
  CHECK(said("map_hash_sample", {"--limit", "18446744073709551616"}) ==
        "map_hash_sample: --limit must be at most 18446744073709551615, not 18446744073709551616 (-h tells more)");
  CHECK(said("map_table_sample", {"--backend", "hash"}) ==
        "map_table_sample: --backend must be table, array, pinned or pinned:PATH, not hash (-h tells more)");
  CHECK(said("map_table_sample", {"--backend", "pinned:"}) ==
        "map_table_sample: --backend must be table, array, pinned or pinned:PATH, not pinned: (-h tells more)");
  CHECK(said("map_pinned_sample", {"--path", ""}) ==
        "map_pinned_sample: --path must be where to pin the table (-h tells more)");
  CHECK(said("map_pinned_sample", {"--comm", "a-name-of-16-byt"}) ==
        "map_pinned_sample: --comm must be of at most 15 bytes, not 16 (-h tells more)");
  CHECK(said("xdp_redirect_map", {"lo", "lo", "--native", "--skb"}) ==
        "xdp_redirect_map: XDP runs in one mode, native or generic");
}

TEST_CASE("interval and count may be options", "[command_line]") {
  const auto finished = run_program("map_table_sample", {"--rounds", "3", "--interval", "0.01"});
  CHECK(finished.ended == "exit 0");
  CHECK(lines(finished.out).size() == 9);
}

TEST_CASE("without privileges every program says what is missing and exits with status 2", "[command_line]") {
  for (const auto& name : all_programs()) {
    INFO(name);
    const auto finished =
        Process({"setpriv", "--bounding-set=-all", "--inh-caps=-all", program_path(name), "1", "1"}).wait();
    CHECK(finished.ended == "exit 2");
    CHECK(finished.out.empty());
    const auto said = lines(finished.err);
    REQUIRE_FALSE(said.empty());
    CHECK(said.back().starts_with(name + ": "));
    CHECK(said.back().find("CAP_") != std::string::npos);
  }
}

TEST_CASE("output that cannot be written is an error", "[any_kernel]") {
  const auto finished = Process({"sh", "-c", program_path("map_table_sample") + " 1 1 >/dev/full"}).wait();
  CHECK(finished.ended == "exit 2");
  CHECK(finished.err.find("map_table_sample: ") != std::string::npos);
}

TEST_CASE("a program without standard output says so, and writes into nothing else") {
  const auto finished = Process({"sh", "-c", program_path("map_table_sample") + " 1 1 >&-"}).wait();
  CHECK(finished.ended == "exit 2");
  CHECK_THAT(finished.err, Catch::Contains("map_table_sample: cannot write "));
}

TEST_CASE("SIGTERM ends a program as Ctrl-C does") {
  TracingProgram program("map_table_sample", {"3600"});
  const auto finished = program.interrupt(SIGTERM);
  CHECK(finished.ended == "exit 0");
  CHECK(lines(finished.out).size() == 6);
}
