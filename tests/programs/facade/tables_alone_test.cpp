// What a text of nothing but tables has: their types, and errors that say what is wrong with them.

#include <bccxx/bpf.hpp>

#include <catch2/catch.hpp>

#include <cerrno>
#include <cstdint>
#include <string>

using namespace bccxx;
using Catch::Matchers::Contains;

namespace {

struct Pair {
  std::uint32_t pid, cpu;
};

}  // namespace

TEST_CASE("a text of tables alone has their types") {
  const BPF bpf(R"(
struct pair_t { u32 pid; u32 cpu; };
BPF_HASH(pairs, struct pair_t, u64);
BPF_TABLE("percpu_array", u32, struct pair_t, each, 4);
BPF_HISTOGRAM(dist, struct pair_t);
)");
  CHECK(bpf.object().programs().empty());
  CHECK(bpf.get_table("pairs").key_type() == "struct pair_t");
  CHECK(bpf.get_table("each").value_type() == "struct pair_t");
  CHECK_NOTHROW(bpf.get_hash_table<Pair, std::uint64_t>("pairs"));
  try {
    static_cast<void>(bpf.get_hash_table<std::uint64_t, std::uint64_t>("pairs"));
    FAIL("made");
  } catch (const TypeMismatch& error) {
    CHECK(error.part() == "key layout");
    CHECK_THAT(error.actual(), Contains("struct pair_t"));
  }
  CHECK_THROWS_AS(bpf.get_percpu_array_table<std::uint64_t>("each"), TypeMismatch);
  CHECK_THROWS_AS(bpf.get_histogram<std::uint64_t>("dist"), TypeMismatch);
  bpf.get_table("pairs").update(R"({"pid": 1, "cpu": 2})", "3");
  CHECK(bpf.get_table("pairs").text() == "{pid: 1, cpu: 2}: 3\n");
}

TEST_CASE("a table that the kernel refuses is a LoadError that says what is wrong with it") {
  struct Case {
    const char* text;
    int code;
    const char* subject;
    const char* shape;
    const char* reason;
  };
  const auto [text, code, subject, shape, reason] = GENERATE(
      Case{R"(BPF_F_TABLE("lru_hash", u32, u64, counts, 16, BPF_F_NO_PREALLOC);)", ENOTSUP, "map counts",
           "lru_hash, key 4 bytes, value 8 bytes, 16 entries, flags 0x1", "cannot have the flag BPF_F_NO_PREALLOC"},
      Case{R"(BPF_HASH(fine); BPF_TABLE("hash", u32, u64, a_name_of_more_than_15, 0);)", EINVAL,
           "map a_name_of_more_than_15", "hash, key 4 bytes, value 8 bytes, 0 entries, flags 0x0",
           "at least one entry"},
      Case{R"(struct large { char data[40000]; }; BPF_PERCPU_ARRAY(counts, struct large, 1);)", E2BIG, "map counts",
           "percpu_array, key 4 bytes, value 40000 bytes, 1 entries, flags 0x0", "32768 bytes at most"},
      Case{R"(struct large { char data[1048576]; }; BPF_ARRAY(counts, struct large, 2000000000);)", ENOMEM,
           "map counts", "array, key 4 bytes, value 1048576 bytes, 2000000000 entries, flags 0x0", "MiB and more"},
      Case{R"(BPF_TABLE("hash", u32, u64, inner, 0); BPF_ARRAY_OF_MAPS(outer, "inner", 2);)", EINVAL, "map inner",
           "hash, key 4 bytes, value 8 bytes, 0 entries, flags 0x0", "at least one entry"});
  CAPTURE(text);
  try {
    const BPF bpf(text);
    FAIL("made");
  } catch (const LoadError& error) {
    CHECK(error.code().value() == code);
    CHECK(error.subject() == subject);
    CHECK_THAT(error.what(), Contains(shape) && Contains(reason));
  }
}
