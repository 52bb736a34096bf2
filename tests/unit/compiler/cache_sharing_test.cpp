// Processes and threads share one cache, which stays within its size and keeps no leftovers.

#include "unit/compiler/cache_setup.hpp"

#include <catch2/catch.hpp>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>
#include <chrono>
#include <thread>

using namespace bccxx;
using namespace bccxx::compiler;
using namespace compiler_tests;
using Catch::Matchers::Contains;

TEST_CASE("cache: twenty processes starting cold compile once", "[compiler]") {
  const Setup setup;
  std::vector<pid_t> children;
  int gate[2];
  REQUIRE(::pipe(gate) == 0);
  for (int i = 0; i < 20; ++i) {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      try {
        char byte = 0;
        ::close(gate[1]);
        if (::read(gate[0], &byte, 1) != 0) ::_exit(3);
        const auto got = setup.fetch();
        ::_exit(text_of(got.object) == setup.request.text && got.cache_note.empty() ? 0 : 1);
      } catch (const std::exception&) {
        ::_exit(2);
      }
    }
    children.push_back(child);
  }
  // All are let go by the end of this pipe.
  ::close(gate[0]);
  ::close(gate[1]);
  for (const auto child : children) {
    int status = -1;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(status == 0);
  }
  CHECK(setup.runs() == 1);
  CHECK(setup.fetch().origin == Origin::cached);
  CHECK(setup.files() == 2);
}

TEST_CASE("cache: threads of one process share as well", "[compiler]") {
  const Setup setup;
  std::vector<std::thread> threads;
  std::vector<std::string> got(8);
  for (auto& text : got) {
    threads.emplace_back([&setup, &text] { text = text_of(setup.fetch().object); });
  }
  for (auto& thread : threads) thread.join();
  for (const auto& text : got) CHECK(text == setup.request.text);
  CHECK(setup.runs() == 1);
}

TEST_CASE("cache: one that never finishes does not hold up the others for ever", "[compiler]") {
  const Setup setup;
  static_cast<void>(setup.fetch());
  const auto key = key_of(setup.entry());
  fs::remove(setup.entry());
  const CacheStore store(setup.cache.directory);
  const auto held = store.lock(key, std::chrono::milliseconds(0));
  REQUIRE(held.held());
  CHECK_FALSE(store.lock(key, std::chrono::milliseconds(0)).held());
  auto other = key;
  other[0] ^= std::byte{1};
  CHECK(store.lock(other, std::chrono::milliseconds(0)).held());
  auto worker = fake();
  worker.timeout = std::chrono::seconds(1);
  CHECK(fetch(setup.request, worker, setup.cache).origin == Origin::compiled);
}

TEST_CASE("cache: what was used longest ago goes first", "[compiler]") {
  Setup setup;
  const auto text = [](int i) { return "object " + std::to_string(i) + std::string(10'000, 'x'); };
  const auto get = [&](int i) {
    setup.request.text = text(i);
    return setup.fetch().origin;
  };
  CHECK(get(0) == Origin::compiled);
  set_age(setup.entry(), 5);
  setup.cache.max_size = 3 * fs::file_size(setup.entry()) + 100;
  for (const int i : {1, 2}) CHECK(get(i) == Origin::compiled);
  for (const auto& file : fs::directory_iterator(setup.cache.directory)) set_age(file.path(), 4);
  CHECK(get(0) == Origin::cached);
  for (const int i : {3, 4}) CHECK(get(i) == Origin::compiled);
  CHECK(get(0) == Origin::cached);
  CHECK(get(1) == Origin::compiled);

  setup.cache.max_size = 1000;
  setup.request.text += "!";
  const auto large = setup.fetch();
  CHECK_THAT(large.cache_note, Contains("more than the cache may hold"));
}

TEST_CASE("cache: leftovers of dead processes go, those of living ones stay", "[compiler]") {
  Setup setup;
  static_cast<void>(setup.fetch());
  write_file(setup.cache.directory / ".new-dead", "half");
  write_file(setup.cache.directory / ".new-alive", "half");
  write_file(setup.cache.directory / "notes.txt", "mine");
  const UniqueFd alive(::open((setup.cache.directory / ".new-alive").c_str(), O_RDONLY | O_CLOEXEC));
  REQUIRE(::flock(alive.get(), LOCK_EX) == 0);
  setup.request.text += "!";
  static_cast<void>(setup.fetch());
  CHECK_FALSE(fs::exists(setup.cache.directory / ".new-dead"));
  CHECK(fs::exists(setup.cache.directory / ".new-alive"));
  CHECK(fs::exists(setup.cache.directory / "notes.txt"));
}
