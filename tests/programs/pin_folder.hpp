#pragma once
// A folder for the pins of one test.

#include <filesystem>
#include <string>

#include "run_program.hpp"

namespace programs_test {

/// A folder of the test's own on the BPF file system; goes with what is in it.
class PinFolder {
 public:
  PinFolder() : path_("/sys/fs/bpf/" + unique_name("bccxx")) {}
  ~PinFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  PinFolder(const PinFolder&) = delete;
  PinFolder& operator=(const PinFolder&) = delete;
  [[nodiscard]] std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace programs_test
