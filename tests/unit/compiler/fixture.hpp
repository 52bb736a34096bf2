#pragma once
// What the tests of this folder share: files, and the stand-in for the compiler process.

#include "common/folder.hpp"
#include "compiler/protocol.hpp"

#include <filesystem>
#include <fstream>
#include <string>

namespace compiler_tests {

namespace fs = std::filesystem;
using bccxx::test::Folder;

inline const fs::path fake_worker = BCCXX_BINARY_DIR "/tests/unit/compiler/bccxx_fake_worker";

inline void write_file(const fs::path& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  if (!file.flush()) throw std::runtime_error("cannot write " + path.native());
}

inline bccxx::compiler::Worker fake() {
  bccxx::compiler::Worker worker;
  worker.path = fake_worker;
  worker.memory_size = 0;
  return worker;
}

}  // namespace compiler_tests
