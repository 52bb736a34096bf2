#pragma once
// A cache of a test's own, and the text to compile into it.

#include "compiler/cache_store.hpp"
#include "compiler/fetch.hpp"
#include "unit/compiler/fixture.hpp"

#include <cstddef>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

namespace compiler_tests {

using bccxx::compiler::Cache;
using bccxx::compiler::Digest;
using bccxx::compiler::Fetched;
using bccxx::compiler::Request;

/// A cache and a folder for the program text; `runs` counts what the stand-in compiled.
struct Setup {
  Folder folder;
  Cache cache;
  Request request;

  Setup() {
    cache.directory = folder / "cache";
    request.text = "object for a test of the cache";
    request.directory = folder.path();
    write_file(folder / "runs", "");
  }
  [[nodiscard]] std::size_t runs() const { return fs::file_size(folder / "runs"); }
  [[nodiscard]] Fetched fetch() const { return bccxx::compiler::fetch(request, fake(), cache); }
  [[nodiscard]] fs::path entry() const {
    for (const auto& file : fs::directory_iterator(cache.directory)) {
      if (file.path().filename().native().size() == 64) return file.path();
    }
    throw std::runtime_error("no entry");
  }
  [[nodiscard]] std::size_t files() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(cache.directory), fs::directory_iterator()));
  }
};

inline std::string text_of(const std::vector<std::byte>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline std::string read_all(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline void set_age(const fs::path& path, int hours) {
  fs::last_write_time(path, fs::file_time_type::clock::now() - std::chrono::hours(hours));
}

/// The key of an entry, which its name is.
inline Digest key_of(const fs::path& entry) {
  Digest key{};
  const auto name = entry.filename().native();
  for (std::size_t i = 0; i < key.size(); ++i) {
    key[i] = static_cast<std::byte>(std::stoul(name.substr(2 * i, 2), nullptr, 16));
  }
  return key;
}

}  // namespace compiler_tests
