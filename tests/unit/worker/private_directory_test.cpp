// A directory of one process alone.

#include "compiler_worker/private_directory.hpp"
#include "unit/compiler/private_mounts.hpp"

#include <bccxx/support/error.hpp>

#include <catch2/catch.hpp>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

using bccxx::worker::PrivateDirectory;

TEST_CASE("a private directory is its owner's alone and goes with it", "[worker]") {
  std::filesystem::path path;
  {
    const PrivateDirectory place;
    path = place.path();
    CHECK(std::filesystem::status(path).permissions() == std::filesystem::perms::owner_all);
    const PrivateDirectory second;
    CHECK(second.path() != path);
    CHECK(std::filesystem::exists(path));
  }
  CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("what a killed process left behind is removed", "[worker]") {
  std::filesystem::path left;
  {
    const PrivateDirectory place;
    left = place.path().parent_path() / "bccxx-cc-abandoned-by-test";
  }
  std::filesystem::create_directory(left);
  const PrivateDirectory next;
  CHECK_FALSE(std::filesystem::exists(left));
}

TEST_CASE("what killed processes left behind does not keep a place full", "[worker]") {
  CHECK(compiler_tests::with_private_mounts([]() -> std::string {
          if (!compiler_tests::mount_tmpfs("/tmp", "size=2m")) return "cannot mount";
          ::unsetenv("TMPDIR");
          std::filesystem::create_directory("/tmp/bccxx-cc-abandoned-by-test");
          std::ofstream("/tmp/bccxx-cc-abandoned-by-test/large") << std::string(std::size_t{3} << 19U, 'x');
          const PrivateDirectory place;
          return place.path().parent_path() == "/tmp" ? std::string() : place.path().string();
        }) == "");
}

TEST_CASE("where one place for temporary files is full or read-only, the next one is taken", "[worker]") {
  CHECK(compiler_tests::with_private_mounts([]() -> std::string {
          if (!compiler_tests::mount_tmpfs("/tmp", "size=64k") || !compiler_tests::mount_tmpfs("/dev/shm", "size=8m") ||
              !compiler_tests::mount_tmpfs("/run", "size=8m")) {
            return "cannot mount";
          }
          ::unsetenv("TMPDIR");
          if (const PrivateDirectory place; place.path().parent_path() != "/dev/shm")
            return "full: " + place.path().string();
          if (!compiler_tests::mount_tmpfs("/dev/shm", "size=8m", MS_RDONLY)) return "cannot mount read-only";
          if (const PrivateDirectory place; place.path().parent_path() != "/run")
            return "read-only: " + place.path().string();
          if (!compiler_tests::mount_tmpfs("/run", "size=64k")) return "cannot mount another";
          try {
            const PrivateDirectory impossible;
            return "made " + impossible.path().string();
          } catch (const bccxx::SystemError& error) {
            return error.code().value() == ENOSPC ? std::string() : error.what();
          }
        }) == "");
}

TEST_CASE("a private directory that cannot be locked is given up, and nothing of the attempts stays", "[worker]") {
  const PrivateDirectory place;
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const rlimit none{0, 0};
    if (::setenv("TMPDIR", place.path().c_str(), 1) != 0 || ::setrlimit(RLIMIT_NOFILE, &none) != 0) ::_exit(100);
    try {
      const PrivateDirectory impossible;
      ::_exit(101);
    } catch (const bccxx::SystemError& error) {
      ::_exit(error.code().value());
    }
  }
  int status = -1;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == EMFILE);
  CHECK(std::filesystem::is_empty(place.path()));
}
