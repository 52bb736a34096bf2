#pragma once
// A folder for one test.

#include <stdlib.h>
#include <cerrno>
#include <filesystem>
#include <string>
#include <system_error>

namespace bccxx::test {

/// A new empty folder, mode 0700, gone afterwards.
class Folder {
 public:
  Folder() : path_(make()) {}
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
  [[nodiscard]] std::filesystem::path operator/(const std::filesystem::path& name) const { return path_ / name; }

 private:
  static std::filesystem::path make() {
    std::string name = "/var/tmp/bccxx-test-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) throw std::system_error(errno, std::generic_category(), "make a folder");
    return name;
  }
  std::filesystem::path path_;
};

}  // namespace bccxx::test
