// What a traced process may put in the way.

#include "integration/symbols/target_process.hpp"
#include "symbols/dwarf_worker.hpp"

#include <bccxx/symbols/symboliser.hpp>

#include <catch2/catch.hpp>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

using bccxx::Symboliser;
using bccxx::UniqueFd;
using bccxx::Unresolved;
using bccxx::symbols::DwarfWorker;
using symbols_test::ScratchDirectory;
using symbols_test::target_path;

namespace {

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

UniqueFd memory_file(const std::string& content) {
  UniqueFd fd(::memfd_create("symbols", MFD_CLOEXEC));
  REQUIRE(::write(fd.get(), content.data(), content.size()) == static_cast<ssize_t>(content.size()));
  return fd;
}

/// The reason for an address in the middle of an executable mapping of a file.
Unresolved reason_for(const std::string& path) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  void* mapped = ::mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd.get(), 0);
  REQUIRE(mapped != MAP_FAILED);
  const auto frame = Symboliser().resolve(::getpid(), reinterpret_cast<std::uint64_t>(mapped) + 128);
  ::munmap(mapped, 4096);
  CHECK(frame.module == path);
  return frame.reason;
}

}  // namespace

TEST_CASE("a mapped file that is no binary, or no whole one, says so") {
  const ScratchDirectory scratch;
  const auto path = scratch.path() + "/file";
  std::ofstream(path) << std::string(5000, 'x');
  CHECK(reason_for(path) == Unresolved::not_elf);
  std::ofstream(path) << content_of(target_path("symbols_target")).substr(0, 1000);
  CHECK(reason_for(path) == Unresolved::damaged_file);
}

TEST_CASE("damaged DWARF costs its answer and nothing else") {
  const auto good = content_of(target_path("symbols_target"));
  REQUIRE_FALSE(good.empty());
  std::vector<std::uint64_t> addresses;
  for (std::uint64_t address = 0x1000; address < 0x1400; address += 7) addresses.push_back(address);
  const auto good_file = memory_file(good);
  std::mt19937 random(11);  // NOLINT(cert-msc51-cpp): the same bytes each time
  DwarfWorker worker;
  std::size_t with_line = 0;
  for (std::uint64_t round = 1; round <= 100; ++round) {
    auto bad = good;
    // What follows the code and data is mostly DWARF.
    for (int flips = 0; flips < 40; ++flips)
      bad[0x3000 + random() % (bad.size() - 0x3000)] ^= static_cast<char>(1 << random() % 8);
    const auto file = memory_file(bad);
    const auto places = worker.find(round, file.get(), addresses);
    CHECK((places.empty() || places.size() == addresses.size()));
    for (const auto& place : places) with_line += place.line != 0 ? 1U : 0U;
  }
  CHECK(with_line > 0);
  const auto places = worker.find(1000, good_file.get(), addresses);
  CHECK(places.size() == addresses.size());
}
