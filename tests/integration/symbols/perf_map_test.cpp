// Code made at run time, and the ways in which its map may not be believed.

#include <bccxx/symbols/symboliser.hpp>

#include <catch2/catch.hpp>

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <fstream>

using bccxx::Symboliser;
using bccxx::Unresolved;

namespace {

class RunTimeCode {
 public:
  RunTimeCode()
      : memory_(::mmap(nullptr, size, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)),
        map_(fmt::format("/tmp/perf-{}.map", ::getpid())) {
    ::unlink(map_.c_str());
  }
  RunTimeCode(const RunTimeCode&) = delete;
  RunTimeCode& operator=(const RunTimeCode&) = delete;
  ~RunTimeCode() {
    ::unlink(map_.c_str());
    ::munmap(memory_, size);
  }
  [[nodiscard]] std::uint64_t start() const { return reinterpret_cast<std::uint64_t>(memory_); }
  [[nodiscard]] const std::string& map() const { return map_; }
  void write_map() const {
    std::ofstream map(map_);
    map << fmt::format("{:x} 40 void Interpreter.run(java.lang.String)\nnonsense\n{:x} 20 hot\x1b[2J loop\n", start(),
                       start() + 0x40);
  }
  static constexpr std::size_t size = 4096;

 private:
  void* memory_;
  std::string map_;
};

}  // namespace

TEST_CASE("a perf map names code made at run time") {
  const RunTimeCode code;
  Symboliser symboliser;
  CHECK(symboliser.resolve(::getpid(), code.start()).reason == Unresolved::anonymous_memory);
  code.write_map();
  const auto frame = symboliser.resolve(::getpid(), code.start() + 4);
  CHECK(frame.symbol == "void Interpreter.run(java.lang.String)");
  CHECK(frame.offset == 4);
  CHECK(bccxx::to_string(symboliser.resolve(::getpid(), code.start() + 0x41), bccxx::FrameStyle::name_only()) ==
        "hot\\x1b[2J loop");
  CHECK(symboliser.resolve(::getpid(), code.start() + 0x80).reason == Unresolved::anonymous_memory);
}

TEST_CASE("a perf map that is a FIFO, a link or another user's is not read") {
  const RunTimeCode code;
  const auto real = code.map() + ".real";
  SECTION("FIFO") { REQUIRE(::mkfifo(code.map().c_str(), 0600) == 0); }
  SECTION("symbolic link") {
    code.write_map();
    REQUIRE(::rename(code.map().c_str(), real.c_str()) == 0);
    REQUIRE(::symlink(real.c_str(), code.map().c_str()) == 0);
  }
  SECTION("owned by another user") {
    code.write_map();
    REQUIRE(::chown(code.map().c_str(), 12345, 12345) == 0);
  }
  Symboliser symboliser;
  CHECK(symboliser.resolve(::getpid(), code.start()).reason == Unresolved::anonymous_memory);
  ::unlink(real.c_str());
}
