// The probes of programs (USDT): every argument of a real process, at every place, with semaphores and without.

#include "common/folder.hpp"
#include "programs/run_program.hpp"

#include <bccxx/bpf.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

using namespace bccxx;
using Catch::Matchers::Contains;

namespace {

std::string target_path(const std::string& file = "bccxx_usdt_target") {
  return std::string(BCCXX_BINARY_DIR) + "/tests/targets/" + file;
}

/// The target, stopped before its probes.
class Target {
 public:
  explicit Target(int times) : Target({target_path(), "bccxx_usdt", std::to_string(times)}) {}
  explicit Target(std::vector<std::string> command) : process_(std::move(command)) { wait_for(1); }

  [[nodiscard]] pid_t pid() const noexcept { return process_.pid(); }
  /// Goes through the probes, and gives how often the semaphore was up.
  int hit() {
    process_.write_line("");
    wait_for(2);
    return static_cast<unsigned char>(process_.out()[1]);
  }
  /// Ends it: "exit 0" when the semaphore is down.
  std::string end() { return process_.wait().ended; }

 private:
  void wait_for(std::size_t bytes) {
    process_.wait_until([&] { return process_.out().size() >= bytes; });
  }
  programs_test::Process process_;
};

struct Sizes {
  std::int8_t s8;
  std::uint8_t u8;
  std::int16_t s16;
  std::uint16_t u16;
  std::int32_t s32;
  std::uint32_t u32;
  std::int64_t s64;
  std::uint64_t u64;
  std::int64_t wide_s8;
  std::uint64_t wide_u8;
  std::int32_t narrow_u64;
  std::int32_t absent;
};

constexpr const char* sizes_text = R"(
struct sizes_t {
  s8 s8_; u8 u8_; s16 s16_; u16 u16_; s32 s32_; u32 u32_; s64 s64_; u64 u64_; s64 wide_s8; u64 wide_u8; s32 narrow_u64;
  s32 absent;
};
BPF_ARRAY(seen, struct sizes_t, 1);
BPF_ARRAY(calls, u64, 1);
int on_sizes(struct pt_regs *ctx) {
  struct sizes_t s = {};
  bpf_usdt_readarg(1, ctx, &s.s8_);
  bpf_usdt_readarg(2, ctx, &s.u8_);
  bpf_usdt_readarg(3, ctx, &s.s16_);
  bpf_usdt_readarg(4, ctx, &s.u16_);
  bpf_usdt_readarg(5, ctx, &s.s32_);
  bpf_usdt_readarg(6, ctx, &s.u32_);
  bpf_usdt_readarg(7, ctx, &s.s64_);
  bpf_usdt_readarg(8, ctx, &s.u64_);
  bpf_usdt_readarg(1, ctx, &s.wide_s8);
  bpf_usdt_readarg(2, ctx, &s.wide_u8);
  bpf_usdt_readarg(8, ctx, &s.narrow_u64);
  int zero = 0;
  seen.update(&zero, &s);
  calls.atomic_increment(0);
  return 0;
}
)";

/// Sums of what one function saw of one probe.
struct Sums {
  std::int64_t calls;
  std::int64_t first;
  std::int64_t second;
  std::int64_t failed;
};

/// A text whose on_NAME functions sum up two arguments of probes.
std::string sums_text(const std::vector<std::string>& functions) {
  std::string text = "struct sums_t { s64 calls, first, second, failed; };\n";
  for (const auto& name : functions) {
    text += "BPF_ARRAY(sums_" + name + ", struct sums_t, 1);\nint on_" + name + R"((struct pt_regs *ctx) {
  int zero = 0;
  s64 first = 0, second = 0;
  struct sums_t *s = sums_)" +
            name + R"(.lookup(&zero);
  if (!s) return 0;
  int failed = bpf_usdt_readarg(1, ctx, &first) | bpf_usdt_readarg(2, ctx, &second);
  s->calls++;
  s->first += first;
  s->second += second;
  if (failed) s->failed++;
  return 0;
}
)";
  }
  return text;
}

Sums sums(const BPF& bpf, const std::string& name) { return bpf.get_array_table<Sums>("sums_" + name)[0]; }

bool operator==(const Sums& a, const Sums& b) {
  return a.calls == b.calls && a.first == b.first && a.second == b.second && a.failed == b.failed;
}
std::ostream& operator<<(std::ostream& out, const Sums& s) {
  return out << s.calls << " calls, " << s.first << ", " << s.second << ", " << s.failed << " failed";
}

std::string one_argument_text(const std::string& name) {
  return "BPF_ARRAY(sum, s64, 1);\nBPF_ARRAY(calls, u64, 1);\nint on_" + name + R"((struct pt_regs *ctx) {
  s64 value = 0;
  bpf_usdt_readarg(1, ctx, &value);
  sum.atomic_increment(0, value);
  calls.atomic_increment(0);
  return 0;
}
)";
}

std::uint64_t calls(const BPF& bpf) { return bpf.get_array_table<std::uint64_t>("calls")[0]; }
std::int64_t sum(const BPF& bpf) { return bpf.get_array_table<std::int64_t>("sum")[0]; }

}  // namespace

TEST_CASE("arguments of every size and sign are read, into variables of other sizes too", "[usdt]") {
  Target target(3);
  USDT usdt({.pid = target.pid()});
  usdt.enable_probe("sizes", "on_sizes");
  const BPF bpf(sizes_text, {.usdt = {usdt}});
  target.hit();
  CHECK(calls(bpf) == 3);
  const auto seen = bpf.get_array_table<Sizes>("seen")[0];
  CHECK(seen.s8 == -5);
  CHECK(seen.u8 == 251);
  CHECK(seen.s16 == -5);
  CHECK(seen.u16 == 65531);
  CHECK(seen.s32 == -5);
  CHECK(seen.u32 == 4294967291U);
  CHECK(seen.s64 == -5);
  CHECK(seen.u64 == ~std::uint64_t{4});
  CHECK(seen.wide_s8 == -5);
  CHECK(seen.wide_u8 == 251);
  CHECK(seen.narrow_u64 == -5);
  CHECK(usdt.get_probe_arg_ctype("sizes", 0) == "int8_t");
  CHECK(usdt.get_probe_arg_ctype("bccxx:sizes", 7) == "uint64_t");
  CHECK_THROWS_AS(usdt.get_probe_arg_ctype("sizes", 8), NotFound);
}

TEST_CASE("places of one probe that have their arguments elsewhere are told apart", "[usdt]") {
  USDT usdt({.path = target_path()});
  usdt.enable_probe("bccxx:places", "on_places").enable_probe("uneven", "on_uneven");
  const BPF bpf(sums_text({"places"}) + one_argument_text("uneven"), {.usdt = {usdt}});
  CHECK(bpf.links().size() == 4);
  Target target(4);
  target.hit();
  // i and -7; table[i] and i.
  CHECK(sums(bpf, "places") == Sums{8, (0 + 1 + 2 + 3) - 200, -7 * 4 + (0 + 1 + 2 + 3), 0});
  // i; nothing, which is read as 0.
  CHECK(calls(bpf) == 8);
  CHECK(sum(bpf) == 0 + 1 + 2 + 3);
  CHECK(usdt.get_probe_arg_ctype("places", 0) == "int64_t");
}

TEST_CASE("a string that an argument points to is read", "[usdt]") {
  Target target(2);
  USDT usdt({.path = target_path(), .pid = target.pid()});
  usdt.enable_probe("text", "on_text");
  const BPF bpf(R"(
struct words_t { char words[16]; };
BPF_HASH(seen, struct words_t, u64);
int on_text(struct pt_regs *ctx) {
  struct words_t key = {};
  u64 address = 0;
  bpf_usdt_readarg(1, ctx, &address);
  bpf_probe_read_user_str(&key.words, sizeof(key.words), (void *)address);
  seen.increment(key);
  struct words_t again = {};
  bpf_usdt_readarg_p(1, ctx, &again, 4);
  seen.increment(again);
  return 0;
}
)",
                {.usdt = {usdt}});
  target.hit();
  std::set<std::string> seen;
  for (const auto& [words, count] : bpf.get_hash_table<std::array<char, 16>, std::uint64_t>("seen").items()) {
    CHECK(count == 1);
    seen.insert(words.data());
  }
  CHECK(seen == std::set<std::string>{"even words", "odd words", "even", "odd "});
}

TEST_CASE("a probe's semaphore is up while a program is attached, for one process or for all", "[usdt]") {
  Target watched(5);
  Target other(5);
  USDT usdt({.path = target_path(), .pid = watched.pid()});
  bool everywhere = false;
  SECTION("one process") {}
  SECTION("found through a process, for all") {
    usdt = USDT({.path = target_path(), .pid = watched.pid(), .scope = UsdtScope::every_process});
    everywhere = true;
  }
  SECTION("all") {
    usdt = USDT({.path = target_path()});
    everywhere = true;
  }
  CHECK(usdt.enumerate_probes().size() >= 6);
  usdt.enable_probe("counted", "on_counted");
  BPF bpf(one_argument_text("counted"), {.usdt = {usdt}});
  CHECK(watched.hit() == 5);
  CHECK(other.hit() == (everywhere ? 5 : 0));
  CHECK(calls(bpf) == (everywhere ? 10 : 5));
  CHECK(sum(bpf) == (everywhere ? 2 : 1) * (5 * 1000 + 10));
  bpf.detach_usdt(usdt);
  CHECK(bpf.links().empty());
  CHECK(watched.end() == "exit 0");
  CHECK(other.end() == "exit 0");
  CHECK_THROWS_AS(bpf.detach_usdt(usdt), NotFound);
  Target later(2);
  CHECK(later.hit() == 0);
}

TEST_CASE("each place of a probe has the semaphore it was compiled with, and one that cannot be counted is refused",
          "[usdt]") {
  USDT usdt({.path = target_path()});
  usdt.enable_probe("mixed", "on_any");
  BPF bpf(one_argument_text("any"), {.usdt = {usdt}});
  CHECK(bpf.links().size() == 2);
  Target target(3);
  target.hit();
  CHECK(calls(bpf) == 6);
  USDT uncounted({.path = target_path()});
  uncounted.enable_probe("uncounted", "on_any");
  const auto probes = uncounted.enumerate_probes();
  CHECK(std::count_if(probes.begin(), probes.end(), [](const auto& p) { return p.name == "uncounted"; }) == 1);
  CHECK_THROWS_WITH(bpf.attach_usdt(uncounted), Contains("is not in the file"));
}

#ifdef __x86_64__
TEST_CASE("arguments in elements of arrays and in variables are read", "[usdt]") {
  Target target(4);
  USDT usdt({.pid = target.pid()});
  usdt.enable_probe("indexed", "on_indexed").enable_probe("variable", "on_variable");
  BPF bpf(sums_text({"variable"}) + one_argument_text("indexed"), {.usdt = {usdt}});
  target.hit();
  CHECK(sum(bpf) == -200);
  CHECK(sums(bpf, "variable") == Sums{4, 44, -88, 0});
}
#endif

TEST_CASE("the probes of a process are those of its libraries too", "[usdt]") {
  Target target(3);
  USDT usdt({.pid = target.pid()});
  std::set<std::string> binaries;
  for (const auto& probe : usdt.enumerate_probes()) binaries.insert(std::filesystem::path(probe.bin_path).filename());
  CHECK(binaries.count("bccxx_usdt_target") == 1);
  CHECK(binaries.count("libbccxx_usdt_library.so") == 1);
  CHECK_THROWS_WITH(usdt.enable_probe("text", "f"), Contains("needs its provider: bccxx, other"));
  usdt.enable_probe("library", "on_any").enable_probe("other:text", "on_any").enable_probe("bccxx:indexed", "on_any");
  const BPF bpf(one_argument_text("any"), {.usdt = {usdt}});
  CHECK(bpf.links().size() == 3);
  target.hit();
  CHECK(calls(bpf) == 9);
  CHECK(sum(bpf) == 3 + 3 + (100 - 200 + 300));
  USDT library({.path = "bccxx_usdt_library", .pid = target.pid()});
  CHECK(library.enumerate_probes().size() == 2);
}

TEST_CASE("a binary in another mount namespace is read and probed there", "[usdt]") {
  const test::Folder folder;
  const auto copy = folder.path() / "program";
  Target target({"unshare", "-m", "sh", "-c",
                 "mount -t tmpfs none " + folder.path().string() + " && cp " + target_path() + " " + copy.string() +
                     " && export LD_LIBRARY_PATH=" + std::filesystem::path(target_path()).parent_path().string() +
                     " && exec " + copy.string() + " bccxx_usdt 3"});
  REQUIRE_FALSE(std::filesystem::exists(copy));
  USDT usdt({.path = copy.string(), .pid = target.pid()});
  usdt.enable_probe("counted", "on_counted");
  const BPF bpf(one_argument_text("counted"), {.usdt = {usdt}});
  CHECK(target.hit() == 3);
  CHECK(calls(bpf) == 3);
}

TEST_CASE("probes are attached later too, to a text that was compiled with others or none", "[usdt][any_kernel]") {
  const auto path = target_path();
  USDT places({.path = path});
  places.enable_probe("places", "on_any");
  USDT counted({.path = path});
  counted.enable_probe("counted", "on_any");
  BPF bpf(one_argument_text("any"), {.usdt = {places}, .auto_attach = AutoAttach::off});
  CHECK(bpf.links().empty());
  CHECK(bpf.attach_usdt(counted).size() == 1);
  Target first(2);
  CHECK(first.hit() == 2);
  CHECK(calls(bpf) == 2);
  CHECK(sum(bpf) == 1000 + 1001);
  bpf.attach_usdt_all();
  CHECK(bpf.links().size() == 3);
  bpf.detach_usdt(counted);
  Target second(4);
  CHECK(second.hit() == 0);
  CHECK(calls(bpf) == 2 + 8);
  CHECK(sum(bpf) == 2001 + (0 + 1 + 2 + 3) + (100 - 200 + 300 - 400));
  bpf.detach_usdt_all();
  CHECK(bpf.links().empty());
  CHECK_THROWS_AS(bpf.detach_usdt(places), NotFound);

  // A text that reads no arguments needs no readers.
  BPF counting("BPF_ARRAY(calls, u64, 1);\nint on_any(void *ctx) {\n  calls.atomic_increment(0);\n  return 0;\n}\n");
  counting.attach_usdt(places);
  Target third(1);
  third.hit();
  CHECK(calls(counting) == 2);
}

TEST_CASE("what a text reads must be there", "[usdt][any_kernel]") {
  USDT usdt({.path = target_path()});
  CHECK_THROWS_WITH(usdt.enable_probe("place", "f"), Contains("did you mean places"));
  CHECK_THROWS_AS(usdt.enable_probe("nobody:places", "f"), NotFound);
  CHECK_THROWS_AS(usdt.enable_probe("places", "not a name"), std::invalid_argument);
  CHECK_THROWS_AS(USDT({}), std::invalid_argument);
  CHECK_THROWS_AS(USDT({.path = "/no/such/binary"}), NotFound);
  CHECK_THROWS_AS(USDT({.path = "/etc/passwd"}), SystemError);
  CHECK_THROWS_AS(USDT({.pid = 4'194'303}), NotFound);
  USDT unknown({.path = target_path()});
  unknown.enable_probe("places", "on_other_function");
  CHECK_THROWS_AS(BPF(one_argument_text("any"), {.usdt = {unknown}}), CompileError);
  CHECK_THROWS_AS(BPF(one_argument_text("any")), CompileError);
}

TEST_CASE("an argument that BPF cannot read is a CompileError at the line that reads it", "[usdt][any_kernel]") {
  const auto message = [](const USDT& usdt, const std::string& function) {
    const auto text = "int " + function + "(struct pt_regs *ctx) {\n  u64 value = 0;\n  bpf_usdt_readarg(" +
                      (function == "on_floating" ? "1" : "3") + ", ctx, &value);\n  return value != 0;\n}\n";
    try {
      const BPF bpf(text, {.usdt = {usdt}});
    } catch (const CompileError& error) {
      INFO(error.what() << error.log());
      REQUIRE_FALSE(error.diagnostics().empty());
      CHECK(error.diagnostics().front().line == 3);
      return error.diagnostics().front().message;
    }
    return std::string("it compiled");
  };
  USDT usdt({.path = target_path()});
  usdt.enable_probe("places", "on_places");
  CHECK_THAT(message(usdt, "on_places"), Contains("none of the probes enabled for that very function has an argument"));
  CHECK_THAT(message(usdt, "on_others"), Contains("none of the probes enabled for that very function has an argument"));
#ifdef __x86_64__
  usdt.enable_probe("floating", "on_floating");
  CHECK_THAT(message(usdt, "on_floating"), Contains("8f@%xmm0 is in a register that pt_regs does not have"));
#endif
}
