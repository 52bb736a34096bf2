// Files that programs leave where others may have prepared something.
#include "common/folder.hpp"

#include <catch2/catch.hpp>

#include <sys/stat.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>

#include "whole_file.hpp"

namespace {

namespace fs = std::filesystem;
using bccxx::test::Folder;

auto files_in(const Folder& folder) {
  return std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator());
}

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_CASE("a whole file replaces what was there, and follows nobody's link") {
  const Folder folder;
  std::ofstream(folder / "precious") << "precious";
  for (const char* planted : {"out", "out.new"}) fs::create_symlink("precious", folder / planted);
  const auto mask = ::umask(0027);
  programs::write_whole_file((folder / "out").native(), "first");
  ::umask(mask);
  CHECK(read(folder / "out") == "first");
  CHECK(read(folder / "precious") == "precious");
  CHECK_FALSE(fs::is_symlink(folder / "out"));
  CHECK(fs::status(folder / "out").permissions() == fs::perms(0640));
  programs::write_whole_file((folder / "out").native(), "");
  CHECK(read(folder / "out").empty());
  CHECK(files_in(folder) == 3);
}

TEST_CASE("a whole file that cannot be written leaves nothing behind") {
  const Folder folder;
  fs::create_directory(folder / "taken");
  CHECK_THROWS_AS(programs::write_whole_file((folder / "taken").native(), "text"), std::system_error);
  CHECK_THROWS_AS(programs::write_whole_file((folder / "absent/out").native(), "text"), std::system_error);
  CHECK(files_in(folder) == 1);
}
