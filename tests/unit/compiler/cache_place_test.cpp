// Where the cache is, and that nobody can lead a privileged program to another.

#include "compiler/cache_place.hpp"
#include "common/skip.hpp"
#include "compiler/trusted_directory.hpp"
#include "unit/compiler/fixture.hpp"

#include <catch2/catch.hpp>

#include <grp.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include <functional>

using namespace bccxx::compiler;
using namespace compiler_tests;
using Catch::Matchers::Contains;

namespace {

constexpr uid_t stranger = 65533;

/// What `cache_place` says in a child process that `prepare` has changed.
std::string place_after(const std::function<bool()>& prepare, const Cache& cache = {}) {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    std::string text;
    try {
      text = prepare() ? cache_place(cache).native() : "cannot prepare";
    } catch (const std::exception& error) {
      text = std::string("refused: ") + error.what();
    }
    ::_exit(::write(ends[1], text.data(), text.size()) == static_cast<ssize_t>(text.size()) ? 0 : 1);
  }
  ::close(ends[1]);
  char block[4096];
  const auto n = ::read(ends[0], block, sizeof block);
  ::close(ends[0]);
  int status = -1;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(status == 0);
  return {block, static_cast<std::size_t>(std::max<ssize_t>(n, 0))};
}

bool set_environment(const char* cache_dir, const char* xdg, const char* home) {
  for (const auto& [name, value] : {std::pair{"BCCXX_CACHE_DIR", cache_dir}, {"XDG_CACHE_HOME", xdg}, {"HOME", home}}) {
    if ((value == nullptr ? ::unsetenv(name) : ::setenv(name, value, 1)) != 0) return false;
  }
  return true;
}

bool become(uid_t real, uid_t effective) {
  return ::setgroups(0, nullptr) == 0 && ::setresgid(real, effective, effective) == 0 &&
         ::setresuid(real, effective, effective) == 0;
}

}  // namespace

TEST_CASE("cache place: the setting, then the variable, then the default", "[compiler]") {
  Cache cache;
  cache.directory = "/set";
  CHECK(place_after([] { return set_environment("/env", nullptr, nullptr); }, cache) == "/set");
  CHECK(place_after([] { return set_environment("/env", nullptr, nullptr); }) == "/env");
  if (::geteuid() == 0) {
    CHECK(place_after([] { return set_environment(nullptr, "/xdg", "/home/x"); }) == "/var/cache/bccxx");
  }
}

TEST_CASE("cache place: users have theirs in their own cache directory", "[compiler]") {
  const Folder home;
  const auto path = home.path().native();
  const auto as_user = [&](const char* xdg, const char* home_variable) {
    return place_after([&, xdg, home_variable] {
      if (::geteuid() == 0 && (::chown(path.c_str(), stranger, stranger) != 0 || !become(stranger, stranger))) {
        return false;
      }
      return set_environment(nullptr, xdg, home_variable);
    });
  };
  CHECK(as_user("/xdg", path.c_str()) == "/xdg/bccxx");
  CHECK(as_user(nullptr, path.c_str()) == path + "/.cache/bccxx");
  CHECK(as_user("relative", path.c_str()) == path + "/.cache/bccxx");
  // Another's home, as under sudo -E, is no place for ours.
  CHECK_THAT(as_user(nullptr, "/"), !Contains("//.cache") && !Contains(path));
  CHECK_THAT(as_user(nullptr, "relative"), !Contains("relative"));
}

TEST_CASE("cache place: a program with privileges its user lacks ignores the environment", "[compiler]") {
  if (::geteuid() != 0) return bccxx::test::skip("only root can change its ids");
  const auto setuid_root = [] { return set_environment("/evil", "/evil", "/evil") && become(stranger, 0); };
  CHECK(place_after(setuid_root) == "/var/cache/bccxx");
  const auto setgid = [] {
    return set_environment("/evil", "/evil", "/evil") && ::setresgid(stranger, 0, 0) == 0 &&
           ::setresuid(stranger, stranger, stranger) == 0;
  };
  CHECK_THAT(place_after(setgid), Contains("refused: this program has privileges"));
  Cache cache;
  cache.directory = "/set";
  CHECK_THAT(place_after(setgid, cache), Contains("refused: this program has privileges"));
}

TEST_CASE("trusted directory: is made with its parents, for its owner alone", "[compiler]") {
  const Folder folder;
  CHECK(open_trusted_directory(folder / "a/./b/../c/"));
  for (const auto* name : {"a", "a/b", "a/c"}) {
    CHECK(fs::status(folder / name).permissions() == fs::perms::owner_all);
  }
  CHECK_THROWS_AS(open_trusted_directory("relative/path"), CacheTrouble);
}

TEST_CASE("trusted directory: links on the way are followed with the same care", "[compiler]") {
  const Folder folder;
  fs::create_directories(folder / "real/deep");
  fs::permissions(folder / "real/deep", fs::perms::owner_all);
  fs::permissions(folder / "real", fs::perms::owner_all);
  fs::create_directory_symlink("real", folder / "relative");
  fs::create_directory_symlink(folder / "relative", folder / "absolute");
  fs::create_directory_symlink("loop", folder / "loop");
  CHECK(open_trusted_directory(folder / "absolute/deep"));
  CHECK_THROWS_WITH(open_trusted_directory(folder / "relative"), Contains("symbolic link"));
  CHECK_THROWS_WITH(open_trusted_directory(folder / "loop/x"), Contains("levels of symbolic links"));
  fs::permissions(folder / "real", fs::perms::group_write, fs::perm_options::add);
  CHECK_THROWS_WITH(open_trusted_directory(folder / "absolute/deep"), Contains("others can write"));
}
