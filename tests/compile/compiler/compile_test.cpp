// The whole way with the real compiler process: text, object, cache, errors.

#include "compiler/cache_key.hpp"
#include "compiler/cache_store.hpp"
#include "compiler/worker_path.hpp"
#include "unit/compiler/fixture.hpp"

#include <bccxx/compiler/compile.hpp>
#include <bccxx/support/error.hpp>

#include <catch2/catch.hpp>

#include <sys/wait.h>
#include <unistd.h>
#include <algorithm>

using namespace bccxx;
using namespace bccxx::compiler;
using compiler_tests::Folder;

namespace {

Request counter() {
  Request request;
  request.text = R"(
#include <linux/sched.h>
struct key { char comm[TASK_COMM_LEN]; };
BPF_HASH(counts, struct key, u64, 64);
int count(void *ctx) {
  struct key key = {};
  bpf_get_current_comm(&key.comm, sizeof key.comm);
  counts.increment(key);
  return 0;
}
)";
  request.file_name = "counter.c";
  return request;
}

bool same_bytes(const Result& a, const Result& b) { return std::ranges::equal(a.object.bytes(), b.object.bytes()); }

}  // namespace

TEST_CASE("compile: a text becomes an object, and the second time comes from the cache", "[compiler]") {
  const Folder folder;
  Cache cache;
  cache.directory = folder / "cache";
  const auto first = compile(counter(), {}, cache);
  CHECK(first.origin == Origin::compiled);
  CHECK(first.cache_note.empty());
  REQUIRE(first.object.find_map("counts") != nullptr);
  CHECK(first.object.find_map("counts")->key_size == 16);
  CHECK(first.object.find_program("count") != nullptr);
  const auto second = compile(counter(), {}, cache);
  CHECK(second.origin == Origin::cached);
  CHECK(same_bytes(first, second));
}

TEST_CASE("compile: a cached entry that is no object is compiled again and replaced", "[compiler]") {
  const Folder folder;
  Cache cache;
  cache.directory = folder / "cache";
  const auto good = compile(counter(), {}, cache);
  const auto key = cache_key(counter(), find_worker({}));
  {
    const CacheStore store(cache.directory);
    auto entry = store.load(key);
    REQUIRE(entry);
    entry->object.resize(100);
    store.save(key, *entry, cache.max_size);
  }
  const auto again = compile(counter(), {}, cache);
  CHECK(again.origin == Origin::compiled);
  CHECK_FALSE(again.cache_note.empty());
  CHECK(same_bytes(again, good));
  const auto last = compile(counter(), {}, cache);
  CHECK(last.origin == Origin::cached);
  CHECK(last.cache_note.empty());
}

TEST_CASE("compile: wrong text is a CompileError at the user's line, crash or not", "[compiler]") {
  const Folder folder;
  Cache cache;
  cache.directory = folder / "cache";
  auto request = counter();
  request.text += "int broken(void *ctx) { return nothing; }\n";
  try {
    static_cast<void>(compile(request, {}, cache));
    FAIL("compiled");
  } catch (const CompileError& error) {
    REQUIRE_FALSE(error.diagnostics().empty());
    CHECK(error.diagnostics()[0].file == "counter.c");
    CHECK(error.diagnostics()[0].line == 11);
  }
  // clang follows these one by one, until its stack is used up.
  request.text = "int f(void *ctx) { return ";
  for (int i = 0; i < 200'000; ++i) request.text += "- ";
  request.text += "1; }\n";
  try {
    static_cast<void>(compile(request, {}, cache));
    FAIL("compiled");
  } catch (const CompileError& error) {
    REQUIRE(error.diagnostics().size() == 1);
    CHECK(error.diagnostics()[0].message == "the compiler crashed on this text (Segmentation fault)");
  }
}

TEST_CASE("compile: limits end it with a WorkerError", "[compiler]") {
  Worker worker;
  worker.timeout = std::chrono::milliseconds(1);
  Cache off;
  off.mode = Cache::Mode::off;
  CHECK_THROWS_AS(compile(counter(), worker, off), WorkerError);
}

TEST_CASE("compile: twenty processes starting cold get the same object", "[compiler]") {
  const Folder folder;
  Cache cache;
  cache.directory = folder / "cache";
  Cache off;
  off.mode = Cache::Mode::off;
  const auto expected = compile(counter(), {}, off);
  std::vector<pid_t> children;
  for (int i = 0; i < 20; ++i) {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      try {
        const auto got = compile(counter(), {}, cache);
        ::_exit(!same_bytes(got, expected) ? 1 : got.origin == Origin::cached ? 10 : 20);
      } catch (const std::exception&) {
        ::_exit(2);
      }
    }
    children.push_back(child);
  }
  int compiled = 0;
  for (const auto child : children) {
    int status = -1;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFEXITED(status));
    CHECK((WEXITSTATUS(status) == 10 || WEXITSTATUS(status) == 20));
    compiled += WEXITSTATUS(status) == 20 ? 1 : 0;
  }
  CHECK(compiled == 1);
}
