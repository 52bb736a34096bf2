// The compiler process is looked for beside the program and where it was configured to go, and nowhere else.

#include "compiler/worker_path.hpp"
#include "unit/compiler/fixture.hpp"

#include <bccxx/support/error.hpp>

#include <catch2/catch.hpp>

#include <cstdlib>
#include <filesystem>

using namespace bccxx;
using namespace bccxx::compiler;
using Catch::Matchers::Contains;

TEST_CASE("worker path: one that is given is taken, from the current directory if need be", "[compiler]") {
  Worker worker;
  worker.path = "/some/where/bccxx-cc";
  CHECK(find_worker(worker) == "/some/where/bccxx-cc");
  worker.path = "here/bccxx-cc";
  CHECK(find_worker(worker) == std::filesystem::current_path() / "here/bccxx-cc");
}

TEST_CASE("worker path: one that others could have exchanged is refused", "[compiler]") {
  const compiler_tests::Folder folder;
  const auto place = folder / "libexec/bccxx";
  std::filesystem::create_directories(place);
  const auto worker = place / "bccxx-cc";
  compiler_tests::write_file(worker, "");
  using std::filesystem::perms;
  CHECK(distrust(worker, "/proc/self/exe") == "not executable");
  std::filesystem::permissions(worker, perms(0755));
  for (const auto& part : {worker, place, place.parent_path()}) std::filesystem::permissions(part, perms(0755));
  CHECK(distrust(worker, "/proc/self/exe").empty());
  for (const auto& part : {worker, place, place.parent_path()}) {
    for (const auto mode : {0775, 0757}) {
      std::filesystem::permissions(part, perms(mode));
      CHECK(distrust(worker, "/proc/self/exe") == "others can write to " + part.native());
    }
    std::filesystem::permissions(part, perms(0755));
  }
  CHECK(distrust(folder / "absent", "/proc/self/exe") == "not there");
}

TEST_CASE("worker path: the build's own is found, or every place tried is named", "[compiler]") {
  const std::filesystem::path built = BCCXX_BINARY_DIR "/libexec/bccxx/bccxx-cc";
  if (std::filesystem::exists(built)) {
    CHECK(std::filesystem::equivalent(find_worker({}), built));
    return;
  }
  try {
    static_cast<void>(find_worker({}));
  } catch (const WorkerError& error) {
    CHECK(error.reason() == WorkerError::Reason::not_found);
    CHECK_THAT(error.output(), Contains(built.native()) && Contains("not there"));
    CHECK_THAT(error.what(), Contains(built.native() + ": not there"));
  }
}
