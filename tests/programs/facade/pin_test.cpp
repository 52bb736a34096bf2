// Pinned, public, shared and extern tables through the front door: what outlives an object, and what two share.

#include <bccxx/bpf.hpp>

#include <catch2/catch.hpp>

#include <sys/syscall.h>
#include <unistd.h>
#include <cstdint>
#include <filesystem>
#include <string>

using namespace bccxx;

namespace {

namespace fs = std::filesystem;

class PinFolder {
 public:
  PinFolder() = default;
  ~PinFolder() { fs::remove_all(path_); }
  PinFolder(const PinFolder&) = delete;
  PinFolder& operator=(const PinFolder&) = delete;
  [[nodiscard]] std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  [[nodiscard]] bool exists() const { return fs::exists(path_); }

 private:
  std::string path_ = "/sys/fs/bpf/bccxx-facade-" + std::to_string(getpid());
};

std::string pinned(const std::string& kind, const std::string& value, int entries, const std::string& path) {
  return "BPF_TABLE_PINNED(\"" + kind + "\", u32, " + value + ", counts, " + std::to_string(entries) + ", \"" + path +
         "\");";
}

/// Counts this process's calls of getuid in `table`, which the declaration before it brings.
std::string counting(const std::string& declaration, const std::string& table) {
  return declaration +
         "\nTRACEPOINT_PROBE(syscalls, sys_enter_getuid) {\n"
         "  if ((bpf_get_current_pid_tgid() >> 32) == " +
         std::to_string(getpid()) + ") " + table + ".increment(0);\n  return 0;\n}\n";
}

std::uint64_t first(const BPF& bpf, const std::string& table) { return bpf.get_array_table<std::uint64_t>(table)[0]; }

}  // namespace

TEST_CASE("a pinned table outlives its object, and the next one counts on in it", "[pin]") {
  const PinFolder folder;
  const auto path = folder / "nested/twice/counts";
  const auto text = counting(pinned("array", "u64", 4, path), "counts");
  std::uint32_t id = 0;
  {
    const BPF bpf(text);
    CHECK_FALSE(bpf.existed("counts"));
    syscall(SYS_getuid);
    syscall(SYS_getuid);
    id = bpf.get_map("counts")->info().id;
  }
  {
    const BPF bpf(text);
    CHECK(bpf.existed("counts"));
    CHECK(bpf.get_map("counts")->info().id == id);
    syscall(SYS_getuid);
    CHECK(first(bpf, "counts") == 3);
    CHECK(bpf.get_map("counts")->unpin(path));
    CHECK_FALSE(bpf.get_map("counts")->unpin(path));
  }
  CHECK_FALSE(BPF(text).existed("counts"));
}

TEST_CASE("a pinned table of another shape is refused with both shapes and nothing is made", "[pin]") {
  const PinFolder folder;
  const BPF bpf(pinned("hash", "u64", 10, folder / "counts"));
  const auto id = bpf.get_map("counts")->info().id;
  const std::string other = GENERATE("array", "hash16", "hash4", "lru_hash", "unfilled");
  INFO(other);
  const auto declaration = other == "hash16"  ? pinned("hash", "u64", 16, folder / "counts")
                           : other == "hash4" ? pinned("hash", "u32", 10, folder / "counts")
                           : other == "unfilled"
                               ? "BPF_TABLE_PINNED(\"hash\", u32, u64, counts, 10, \"" + (folder / "counts") + "\", 1);"
                               : pinned(other, "u64", 10, folder / "counts");
  try {
    const BPF refused("BPF_TABLE_PINNED(\"hash\", u32, u32, fresh, 4, \"" + (folder / "sub/fresh") + "\");\n" +
                      declaration);
    FAIL("accepted");
  } catch (const TypeMismatch& error) {
    const std::string message = error.what();
    INFO(message);
    CHECK(message.find(folder / "counts") != std::string::npos);
    CHECK(message.find("hash, key 4 bytes, value 8 bytes, 10 entries, flags 0x0") != std::string::npos);
    if (other == "unfilled") CHECK(message.find("10 entries, flags 0x1") != std::string::npos);
  }
  CHECK_FALSE(fs::exists(folder / "sub"));
  CHECK(Map::open_pinned(folder / "counts")->info().id == id);
}

TEST_CASE("a pinned or extern table with other members in as many bytes is refused, by their types alone", "[pin]") {
  const PinFolder folder;
  const auto members = [](const std::string& of) { return "struct event_t { " + of + " };\n"; };
  const std::string first = "u32 pid; u32 uid; u64 ns;";
  const BPF owner(members(first) + pinned("hash", "struct event_t", 10, folder / "counts") +
                  "\nBPF_TABLE_PUBLIC(\"hash\", u32, struct event_t, offered_events, 4);");
  const auto message = [](const std::string& text) -> std::string {
    try {
      const BPF bpf(text);
    } catch (const TypeMismatch& error) {
      return error.what();
    }
    return "taken";
  };
  const std::string both_pinned = pinned("hash", "struct event_t", 10, folder / "counts");
  const std::string both_extern = "BPF_TABLE(\"extern\", u32, struct event_t, offered_events, 4);";
  const auto declaration = GENERATE_COPY(both_pinned, both_extern);
  INFO(declaration);
  CHECK_THAT(message(members("u64 ns; u32 pid; u32 uid;") + declaration),
             Catch::Contains("{u64 ns at 0, u32 pid at 8, u32 uid at 12}") &&
                 Catch::Contains("{u32 pid at 0, u32 uid at 4, u64 ns at 8}"));
  CHECK(message(members("u32 task; u32 user; u64 elapsed;") + declaration) == "taken");
  CHECK(owner.get_map("counts")->info().id == Map::open_pinned(folder / "counts")->info().id);
}

TEST_CASE("a pin where no pin can be is refused before anything is made", "[pin]") {
  const auto place = fs::temp_directory_path() / ("bccxx-pin-" + std::to_string(getpid()));
  CHECK_THROWS_AS(BPF(pinned("hash", "u64", 10, (place / "sub/counts").string())), SystemError);
  CHECK_FALSE(fs::exists(place));
}

TEST_CASE("any table can be pinned while it runs, and opened by its path", "[pin]") {
  const PinFolder folder;
  {
    const BPF bpf("BPF_HASH(counts, u32, u64, 8);");
    const auto counts = bpf.get_hash_table<std::uint32_t, std::uint64_t>("counts");
    counts.update(3, 33);
    counts.pin(folder / "a/b/counts");
    CHECK_THROWS_AS(counts.pin(folder / "a/b/counts"), SystemError);
  }
  const HashTable<std::uint32_t, std::uint64_t> again(Map::open_pinned(folder / "a/b/counts"));
  CHECK(again[3] == 33);
  CHECK(again.unpin(folder / "a/b/counts"));
}

TEST_CASE("a public table is the extern table of another object", "[pin][any_kernel]") {
  const BPF owner("BPF_TABLE_PUBLIC(\"array\", u32, u64, public_counts, 4);");
  const BPF user(counting("BPF_TABLE(\"extern\", u32, u64, public_counts, 4);", "public_counts"));
  CHECK_FALSE(owner.existed("public_counts"));
  CHECK(user.existed("public_counts"));
  CHECK(user.get_map("public_counts")->info().id == owner.get_map("public_counts")->info().id);
  for (int i = 0; i < 4; ++i) syscall(SYS_getuid);
  CHECK(first(owner, "public_counts") == 4);
}

TEST_CASE("a shared table is seen only in its namespace", "[pin][any_kernel]") {
  const std::string offer = "BPF_TABLE_SHARED(\"array\", u32, u64, shared_counts, 4);";
  const std::string take = "BPF_TABLE(\"extern\", u32, u64, shared_counts, 4);";
  const BPF left(offer, {.maps_namespace = "left"});
  const BPF right(offer, {.maps_namespace = "right"});
  const BPF counter(counting(take, "shared_counts"), {.maps_namespace = "right"});
  syscall(SYS_getuid);
  CHECK(first(left, "shared_counts") == 0);
  CHECK(first(right, "shared_counts") == 1);
  CHECK_THROWS_AS(BPF(take, {.maps_namespace = "middle"}), NotFound);
}

TEST_CASE("an extern table nobody offers is not found, one of another shape refused", "[pin][any_kernel]") {
  const BPF owner("BPF_TABLE_PUBLIC(\"hash\", u32, u64, offered_table, 4);");
  try {
    const BPF user("BPF_TABLE(\"extern\", u32, u64, offered_tabel, 4);");
    FAIL("found");
  } catch (const NotFound& error) {
    CHECK(std::string(error.what()).find("offered_table") != std::string::npos);
  }
  CHECK_THROWS_AS(BPF("BPF_TABLE(\"extern\", u32, u32, offered_table, 4);"), TypeMismatch);
  CHECK_THROWS_AS(BPF("BPF_TABLE(\"extern\", u64, u64, offered_table, 4);"), TypeMismatch);
}
