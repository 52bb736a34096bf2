// A process whose calls of malloc are known.

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>

#include "run_program.hpp"

using namespace programs_test;

namespace {

/// mallocload, after whatever its start has allocated and before its own calls of malloc.
struct Load : Process {
  Load() : Process(load_command("mallocload", {})) { wait_for("ready\n"); }
  void allocate() {
    write_line("go");
    wait_for("done\n");
  }

 private:
  void wait_for(const std::string& text) {
    wait_until([&] { return out().find(text) != std::string::npos; });
  }
};

struct Printed {
  std::uint64_t bytes = 0;
  std::vector<std::string> frames;
  [[nodiscard]] bool has(const std::string& form) const {
    for (const auto& frame : frames) {
      if (std::regex_match(frame, std::regex(form))) return true;
    }
    return false;
  }
};

std::vector<Printed> stacks(const std::vector<std::string>& printed) {
  std::vector<Printed> result;
  for (std::size_t i = 1; i < printed.size(); ++i) {
    std::smatch match;
    INFO(printed[i]);
    if (std::regex_match(printed[i], match, std::regex("(\\d+) bytes allocated at:"))) {
      result.push_back({std::stoull(match[1]), {}});
    } else {
      REQUIRE_FALSE(result.empty());
      REQUIRE(printed[i].front() == '\t');
      result.back().frames.push_back(printed[i].substr(1));
    }
  }
  return result;
}

std::string file_text(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

}  // namespace

TEST_CASE("mallocstacks shows bytes by stack, the direct caller included", "[mallocstacks]") {
  Load load;
  TracingProgram program("mallocstacks", {std::to_string(load.pid())});
  load.allocate();
  const auto finished = program.interrupt();
  CHECK(finished.ended == "exit 0");
  const auto printed = lines(finished.out);
  REQUIRE_FALSE(printed.empty());
  CHECK(printed[0] == "Attaching to malloc in pid " + std::to_string(load.pid()) + ", Ctrl+C to quit.");

  const auto all = stacks(printed);
  REQUIRE(all.size() == 2);
  CHECK(all[0].bytes == 20000);
  CHECK(all[1].bytes == 1000);
  for (const auto& stack : all) {
    INFO(finished.out);
    REQUIRE(stack.frames.size() >= 3);
    CHECK(std::regex_match(stack.frames[0], std::regex("(__libc_|__)?malloc\\+0x0")));
    CHECK(stack.has("main\\+0x[0-9a-f]+"));
  }
  CHECK(std::regex_match(all[0].frames[1], std::regex("a5000\\+0x[0-9a-f]+")));
  CHECK(std::regex_match(all[1].frames[1], std::regex("a100\\+0x[0-9a-f]+")));
}

TEST_CASE("mallocstacks shows files and lines where it is asked to", "[mallocstacks]") {
  Load load;
  TracingProgram program("mallocstacks", {std::to_string(load.pid()), "--lines"});
  load.allocate();
  const auto all = stacks(lines(program.interrupt().out));
  REQUIRE(all.size() == 2);
  CHECK(all[0].has(R"(a5000\+0x[0-9a-f]+ \[mallocload\] \S+/mallocload\.cpp:[0-9]+)"));
  CHECK(all[1].has(R"(main\+0x[0-9a-f]+ \[mallocload\] \S+/mallocload\.cpp:[0-9]+)"));
}

TEST_CASE("mallocstacks names the frames of a process that has gone", "[mallocstacks]") {
  Load load;
  TracingProgram program("mallocstacks", {std::to_string(load.pid()), "--json"});
  load.allocate();
  REQUIRE(load.wait().ended == "exit 0");
  std::uint64_t total = 0;
  for (const auto& line : lines(program.interrupt().out)) {
    const auto json = nlohmann::json::parse(line);
    total += json["bytes"].get<std::uint64_t>();
    CHECK(json["stack"].get<std::string>().find(";main+0x") != std::string::npos);
  }
  CHECK(total == 21000);
}

TEST_CASE("mallocstacks folds stacks and draws them", "[mallocstacks]") {
  const std::string svg = BCCXX_BINARY_DIR "/" + unique_name("mallocstacks") + ".svg";
  Load load;
  TracingProgram program("mallocstacks", {std::to_string(load.pid()), "--folded", "--svg", svg});
  load.allocate();
  const auto finished = program.interrupt();
  CHECK(finished.ended == "exit 0");
  const auto folded = lines(finished.out);
  REQUIRE(folded.size() == 2);
  for (const auto& line : folded) {
    INFO(line);
    CHECK(std::regex_match(line, std::regex("mallocload;.*main;(a100;.*malloc 1000|a5000;.*malloc 20000)")));
  }
  const auto picture = file_text(svg);
  CHECK(picture.find("<svg") != std::string::npos);
  CHECK(picture.find("a5000") != std::string::npos);
  CHECK(picture.find("malloc in mallocload") != std::string::npos);
  std::filesystem::remove(svg);
}

TEST_CASE("mallocstacks counts what found no room for its stack", "[mallocstacks]") {
  Load load;
  TracingProgram program("mallocstacks", {std::to_string(load.pid()), "1", "--json"});
  load.allocate();
  const auto finished = program.interrupt();
  // One slot for two stacks: the first one that comes keeps it.
  const auto printed = lines(finished.out);
  REQUIRE(printed.size() == 1);
  CHECK(nlohmann::json::parse(printed[0])["bytes"] == 1000);
  CHECK(finished.err.find("4 calls for 20000 bytes have no stack") != std::string::npos);
}

TEST_CASE("mallocstacks refuses wrong arguments in one line", "[mallocstacks]") {
  const auto gone = run_program("mallocstacks", {"2147483646"});
  CHECK(gone.ended == "exit 2");
  CHECK(gone.out.empty());
  CHECK(lines(gone.err).size() == 1);
  CHECK(gone.err.find("2147483646") != std::string::npos);
  const auto refused = [](const std::vector<std::string>& arguments) {
    const auto finished = run_program("mallocstacks", arguments);
    CHECK(finished.ended == "exit 1");
    CHECK(finished.out.empty());
    const auto said = lines(finished.err);
    REQUIRE(said.size() == 2);
    CHECK(said[1] == "USAGE: mallocstacks PID [NUM_STACKS=1024] [interval [count]]");
    return said[0];
  };
  CHECK(refused({}) == "mallocstacks: PID is required");
  CHECK(refused({"0"}) == "mallocstacks: PID must be a non-zero, positive integer, not 0");
  CHECK(refused({"1", "0"}) == "mallocstacks: NUM_STACKS must be a non-zero, positive integer, not 0");
  CHECK(refused({"1", "many"}) == "mallocstacks: NUM_STACKS must be a non-zero, positive integer, not many");
  CHECK(refused({"1", "4294967296"}) == "mallocstacks: NUM_STACKS must be at most 2147483648, not 4294967296");
  CHECK(refused({"1", "--folded", "--json"}) == "mallocstacks: --folded and --json exclude each other");
  CHECK(run_program("mallocstacks", {"1", "-3"}).ended == "exit 1");
}
