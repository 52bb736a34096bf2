// The README's example, compiled as it stands there.

#include <catch2/catch.hpp>

#include <chrono>
#include <future>
#include <regex>

#include "run_program.hpp"

using namespace programs_test;

TEST_CASE("the README's example counts execve calls by the name of the caller", "[any_kernel]") {
  Process example({BCCXX_BINARY_DIR "/tests/readme/bccxx_readme_example"});
  auto finished = std::async(std::launch::async, [&] { return example.wait(); });
  while (finished.wait_for(std::chrono::milliseconds(100)) != std::future_status::ready) {
    run_load("execload", {"3", "readme"});
  }
  const auto [out, err, ended] = finished.get();
  INFO(out << err);
  CHECK(ended == "exit 0");
  CHECK(std::regex_search(out, std::regex("(^|\n)[1-5] +[0-9]+ readme\n")));
}
