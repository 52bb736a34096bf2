// An entry, or a place for entries, that leaves the least doubt is not used: the text is compiled again.

#include "compiler/cache_trouble.hpp"
#include "unit/compiler/cache_setup.hpp"
#include "unit/compiler/private_mounts.hpp"

#include <catch2/catch.hpp>

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <functional>

using namespace bccxx;
using namespace bccxx::compiler;
using namespace compiler_tests;
using Catch::Matchers::Contains;

TEST_CASE("cache: a doubtful entry is compiled again and replaced", "[compiler]") {
  struct Case {
    const char* note;
    std::function<void(const fs::path&)> spoil;
  };
  const auto c =
      GENERATE(Case{"ends early", [](const fs::path& entry) { fs::resize_file(entry, 40); }},
               Case{"ends early", [](const fs::path& entry) { fs::resize_file(entry, 0); }},
               Case{"hash", [](const fs::path& entry) { fs::resize_file(entry, fs::file_size(entry) - 1); }},
               Case{"hash", [](const fs::path& entry) { fs::resize_file(entry, fs::file_size(entry) + 1); }},
               Case{"mode 0620", [](const fs::path& entry) { ::chmod(entry.c_str(), 0620); }},
               Case{"mode 0604", [](const fs::path& entry) { ::chmod(entry.c_str(), 0604); }},
               Case{"has 2 names", [](const fs::path& entry) { fs::create_hard_link(entry, entry.native() + "x"); }},
               Case{"symbolic link",
                    [](const fs::path& entry) {
                      fs::rename(entry, entry.native() + "x");
                      fs::create_symlink(entry.native() + "x", entry);
                    }},
               Case{"not a regular file", [](const fs::path& entry) {
                      fs::remove(entry);
                      ::mkfifo(entry.c_str(), 0600);
                    }});
  const Setup setup;
  static_cast<void>(setup.fetch());
  const auto entry = setup.entry();
  c.spoil(entry);
  const auto again = setup.fetch();
  CHECK(again.origin == Origin::compiled);
  CHECK_THAT(again.cache_note, Contains(c.note) && Contains(entry.native()));
  CHECK(text_of(again.object) == setup.request.text);
  CHECK(setup.fetch().origin == Origin::cached);
  CHECK(setup.runs() == 2);
}

TEST_CASE("cache: no single flipped bit goes unnoticed", "[compiler]") {
  const Setup setup;
  static_cast<void>(setup.fetch());
  const auto entry = setup.entry();
  const auto good = read_all(entry);
  const CacheStore store(setup.cache.directory);
  const auto key = key_of(entry);
  REQUIRE(store.load(key));
  for (std::size_t at = 0; at < good.size(); ++at) {
    auto bad = good;
    bad[at] = static_cast<char>(bad[at] ^ (1 << (at % 8)));
    write_file(entry, bad);
    CHECK_THROWS_AS(store.load(key), CacheTrouble);
  }
}

TEST_CASE("cache: an entry moved to another key is refused", "[compiler]") {
  Setup setup;
  static_cast<void>(setup.fetch());
  const auto first = setup.entry();
  fs::rename(first, setup.folder / "first");
  setup.request.text += "!";
  static_cast<void>(setup.fetch());
  const auto second = setup.entry();
  REQUIRE(second != first);
  fs::rename(setup.folder / "first", second);
  const auto again = setup.fetch();
  CHECK(again.origin == Origin::compiled);
  CHECK_THAT(again.cache_note, Contains("another key"));
  CHECK(text_of(again.object) == setup.request.text);
}

TEST_CASE("cache: a directory that others could change is not used", "[compiler]") {
  struct Case {
    const char* note;
    std::function<void(Setup&)> spoil;
  };
  const auto c = GENERATE(Case{"mode 0770", [](Setup& s) { ::chmod(s.cache.directory.c_str(), 0770); }},
                          Case{"mode 0707", [](Setup& s) { ::chmod(s.cache.directory.c_str(), 0707); }},
                          Case{"others can write", [](Setup& s) { ::chmod(s.folder.path().c_str(), 0770); }},
                          Case{"others can write", [](Setup& s) { ::chmod(s.folder.path().c_str(), 0702); }},
                          Case{"symbolic link",
                               [](Setup& s) {
                                 fs::rename(s.cache.directory, s.folder / "real");
                                 fs::create_symlink("real", s.cache.directory);
                               }},
                          Case{"Not a directory", [](Setup& s) {
                                 fs::remove_all(s.cache.directory);
                                 write_file(s.cache.directory, "");
                               }});
  Setup setup;
  static_cast<void>(setup.fetch());
  c.spoil(setup);
  for (std::size_t runs = 2; runs < 4; ++runs) {
    const auto again = setup.fetch();
    CHECK(again.origin == Origin::compiled);
    CHECK_THAT(again.cache_note, Contains(c.note));
    CHECK(setup.runs() == runs);
  }
}

TEST_CASE("cache: what belongs to someone else is not used", "[compiler]") {
  Setup setup;
  if (::geteuid() != 0) {
    // Cannot give files away; root's directory is someone else's already.
    setup.cache.directory = "/";
    CHECK_THAT(setup.fetch().cache_note, Contains("belongs to uid 0"));
    return;
  }
  static_cast<void>(setup.fetch());
  const auto stranger = static_cast<uid_t>(65533);
  const auto entry = setup.entry();
  REQUIRE(::chown(entry.c_str(), stranger, stranger) == 0);
  CHECK_THAT(setup.fetch().cache_note, Contains("belongs to uid 65533") && Contains(entry.native()));
  CHECK(setup.fetch().origin == Origin::cached);
  REQUIRE(::chown(setup.cache.directory.c_str(), stranger, stranger) == 0);
  CHECK_THAT(setup.fetch().cache_note, Contains("cache: belongs to uid 65533"));
  REQUIRE(::chown(setup.cache.directory.c_str(), 0, 0) == 0);
  REQUIRE(::chown(setup.folder.path().c_str(), stranger, stranger) == 0);
  CHECK_THAT(setup.fetch().cache_note, Contains("belongs to uid 65533"));
  REQUIRE(::chown(setup.folder.path().c_str(), 0, 0) == 0);
  // A stranger's link on the way.
  fs::create_symlink(setup.folder.path(), setup.folder / "way");
  setup.cache.directory = setup.folder / "way/cache";
  CHECK(setup.fetch().origin == Origin::cached);
  REQUIRE(::lchown((setup.folder / "way").c_str(), stranger, stranger) == 0);
  CHECK_THAT(setup.fetch().cache_note, Contains("way: is a symbolic link of uid 65533"));
}

TEST_CASE("cache: a full disk is noted and nothing half-written stays", "[compiler]") {
  Setup setup;
  setup.request.text += std::string(200'000, 'x');
  fs::create_directory(setup.cache.directory);
  const auto result = with_private_mounts([&]() -> std::string {
    if (!mount_tmpfs(setup.cache.directory, "size=64k,mode=0700")) return "mount failed";
    const auto got = setup.fetch();
    if (text_of(got.object) != setup.request.text) return "wrong object";
    // The lock is all that is left.
    return got.cache_note + (setup.files() == 1 ? ", clean" : ", not clean");
  });
  CHECK_THAT(result, Contains("No space left on device, clean"));
}

TEST_CASE("cache: a limit on file sizes is respected, not run into", "[compiler]") {
  Setup setup;
  setup.request.text += std::string(200'000, 'x');
  const auto result = with_private_mounts([&]() -> std::string {
    const rlimit small{100'000, 100'000};
    if (::setrlimit(RLIMIT_FSIZE, &small) != 0) return "no limit";
    const auto got = setup.fetch();
    return text_of(got.object) == setup.request.text ? got.cache_note : "wrong object";
  });
  CHECK_THAT(result, Contains("File too large"));
}

TEST_CASE("cache: a read-only directory still serves what it has", "[compiler]") {
  Setup setup;
  fs::create_directory(setup.cache.directory);
  const auto result = with_private_mounts([&]() -> std::string {
    if (!mount_tmpfs(setup.cache.directory, "mode=0700")) return "mount failed";
    if (setup.fetch().origin != Origin::compiled) return "was there before";
    if (!mount_tmpfs(setup.cache.directory, "mode=0700", MS_REMOUNT | MS_RDONLY)) return "remount failed";
    if (setup.fetch().origin != Origin::cached) return "not served";
    setup.request.text += "!";
    return setup.fetch().cache_note;
  });
  CHECK_THAT(result, Contains("Read-only file system"));
}
