// Block I/O of known sizes; what the machine does besides may add to it.

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>

#include "run_program.hpp"

using namespace programs_test;

namespace {

/// Where to find a disk when the build folder is not on one, as in a virtual machine.
std::string disk_folder() {
  const char* folder = std::getenv("BCCXX_TEST_DISK");
  return folder == nullptr ? BCCXX_BINARY_DIR : folder;
}

/// A file on a disk, as a file in memory would cause no block I/O.
class DiskFile {
 public:
  DiskFile() {
    const int fd = mkstemp(path_.data());
    if (fd < 0) throw std::runtime_error("mkstemp " + path_);
    close(fd);
  }
  ~DiskFile() { std::filesystem::remove(path_); }
  DiskFile(const DiskFile&) = delete;
  DiskFile& operator=(const DiskFile&) = delete;

  void write(const std::string& size) const {
    const auto finished =
        Process({"dd", "if=/dev/zero", "of=" + path_, "bs=" + size, "count=1", "oflag=direct", "conv=notrunc"}).wait();
    INFO(finished.err);
    REQUIRE(finished.ended == "exit 0");
  }

 private:
  std::string path_ = disk_folder() + "/map_hist_XXXXXX";
};

using Counts = std::map<std::uint64_t, std::uint64_t>;

std::uint64_t sum(const Counts& counts) {
  std::uint64_t result = 0;
  for (const auto& [low, count] : counts) result += count;
  return result;
}

}  // namespace

TEST_CASE("map_hist counts block I/O by KiB and by power of two, large requests included") {
  const DiskFile file;
  file.write("1M");
  TracingProgram program("map_hist", {"--json"});
  for (int i = 0; i < 3; ++i) file.write("12k");
  file.write("4k");
  file.write("1M");
  const auto finished = program.interrupt();
  CHECK(finished.ended == "exit 0");
  CHECK(lines(finished.err).size() <= 2);

  std::map<std::string, Counts> scales;
  for (const auto& line : lines(finished.out)) {
    const auto json = nlohmann::json::parse(line);
    CHECK(json["schema"] == "map_hist");
    scales[json["scale"]][json["low"]] = json["count"];
  }
  CHECK(scales["linear"][12] >= 3);
  CHECK(scales["linear"][4] >= 1);
  CHECK(scales["log2"][8] >= 3);
  CHECK(scales["log2"][4] >= 1);
  // 1 MiB goes to the disk in one request or in a few.
  std::uint64_t large = 0;
  for (const auto& [kbytes, count] : scales["linear"]) large += kbytes >= 64 ? count : 0;
  CHECK(large + scales["beyond"][1025] >= 1);
  CHECK(sum(scales["linear"]) + scales["beyond"][1025] == sum(scales["log2"]));
}

TEST_CASE("map_hist prints one line, and both histograms on Ctrl-C") {
  const DiskFile file;
  TracingProgram program("map_hist", {});
  file.write("12k");
  CHECK(program.out() == "Tracing block I/O... Hit Ctrl-C to end.\n");
  const auto finished = program.interrupt();
  CHECK(finished.ended == "exit 0");
  const std::string linear =
      "Tracing block I/O... Hit Ctrl-C to end.\n"
      "\n"
      "Linear histogram\n"
      "     kbytes        : count     distribution\n"
      "        0          : ";
  CHECK(finished.out.substr(0, linear.size()) == linear);
  CHECK(finished.out.find("\n        12         : ") != std::string::npos);
  CHECK(finished.out.find("\n\nlog2 histogram\n     kbytes              : count     distribution\n") !=
        std::string::npos);
  CHECK(finished.out.find("\n         8 -> 15         : ") != std::string::npos);
}
