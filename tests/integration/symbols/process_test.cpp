// Addresses of real processes.

#include "symbols/process.hpp"
#include "integration/symbols/target_process.hpp"

#include <bccxx/symbols/symboliser.hpp>

#include <catch2/catch.hpp>

#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cstdlib>
#include <filesystem>
#include <fstream>

using bccxx::Frame;
using bccxx::ProcessSymbols;
using bccxx::Symboliser;
using bccxx::Unresolved;
using symbols_test::ScratchDirectory;
using symbols_test::target_path;
using symbols_test::TargetProcess;

namespace {

std::string base_name(const std::string& path) { return path.substr(path.rfind('/') + 1); }

}  // namespace

TEST_CASE("functions of a position-independent, a fixed and a library binary are named") {
  const auto name = GENERATE(as<std::string>(), "symbols_target", "symbols_target_no_pie");
  TargetProcess target({target_path(name)});
  ProcessSymbols symbols(target.pid());

  const auto plain = symbols.resolve(target.at("plain_function").address + 2);
  CHECK(plain.symbol == "plain_function");
  CHECK(plain.offset == 2);
  CHECK(base_name(plain.module) == name);
  CHECK_FALSE(plain.build_id.empty());
  CHECK(symbols.resolve(target.at("doubled").address).symbol == "long target::doubled<long>(long)");
  CHECK(symbols.resolve(target.at("hidden_function").address).symbol == "target::hidden_function(int)");
  CHECK(symbols.resolve(target.at("library").address).symbol == "symbols_target_library_function");
  CHECK(symbols.address_of("plain_function") == target.at("plain_function").address);
  CHECK(symbols.address_of("target::hidden_function(int)", name) == target.at("hidden_function").address);
  CHECK_FALSE(symbols.address_of("plain_function", "libc.so.6"));
}

TEST_CASE("mangled names are given when they are asked for") {
  TargetProcess target({target_path("symbols_target")});
  ProcessSymbols symbols(target.pid(), {.demangle = false});
  CHECK(symbols.resolve(target.at("doubled").address).symbol == "_ZN6target7doubledIlEET_S1_");
}

TEST_CASE("a stripped binary's frame says where it is and why it has no name") {
  TargetProcess target({target_path("symbols_target_stripped")});
  ProcessSymbols symbols(target.pid());
  const auto frame = symbols.resolve(target.at("hidden_function").address);
  CHECK_FALSE(frame.resolved());
  CHECK((frame.reason == Unresolved::no_symbol || frame.reason == Unresolved::no_symbol_table));
  const auto text = bccxx::to_string(frame);
  CHECK(text.starts_with("symbols_target_stripped+0x"));
  CHECK(text.find("[" + frame.build_id.hex() + "]") != std::string::npos);
  CHECK(frame.build_id.bytes().size() == 20);
}

TEST_CASE("a batch answers as single questions do, in the order asked") {
  TargetProcess target({target_path("symbols_target")});
  ProcessSymbols symbols(target.pid());
  const std::vector<std::uint64_t> addresses = {target.at("library").address, 16, target.at("plain_function").address,
                                                target.at("doubled").address + 1, target.at("library").address};
  const auto frames = symbols.resolve(addresses);
  REQUIRE(frames.size() == addresses.size());
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    CHECK(frames[i].address == addresses[i]);
    CHECK(bccxx::to_string(frames[i]) == bccxx::to_string(symbols.resolve(addresses[i])));
  }
  CHECK(frames[1].reason == Unresolved::no_mapping);
}

TEST_CASE("a deleted binary is still read") {
  const ScratchDirectory scratch;
  const auto copy = scratch.path() + "/a name\nwith everything (deleted)";
  std::filesystem::copy_file(target_path("symbols_target"), copy);
  TargetProcess target({copy});
  std::filesystem::remove(copy);
  ProcessSymbols symbols(target.pid());
  const auto frame = symbols.resolve(target.at("plain_function").address);
  CHECK(frame.symbol == "plain_function");
  CHECK(frame.module == copy);
  CHECK(bccxx::to_string(frame).find('\n') == std::string::npos);
}

TEST_CASE("a binary that only another mount namespace has is read there") {
  const ScratchDirectory scratch;
  const auto copy = scratch.path() + "/only_there";
  TargetProcess target({copy}, [&] {
    // A file system of its own over the directory, which this process never sees.
    if (::unshare(CLONE_NEWNS) != 0 || ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount("none", scratch.path().c_str(), "tmpfs", 0, nullptr) != 0)
      ::_exit(126);
    std::filesystem::copy_file(target_path("symbols_target"), copy);
  });
  REQUIRE_FALSE(std::filesystem::exists(copy));
  ProcessSymbols symbols(target.pid());
  const auto frame = symbols.resolve(target.at("plain_function").address);
  CHECK(frame.symbol == "plain_function");
  CHECK(frame.module == copy);
}

TEST_CASE("what was remembered of a process stays known when it has gone") {
  Symboliser symboliser;
  TargetProcess target({target_path("symbols_target")});
  const auto pid = target.pid();
  const auto address = target.at("plain_function").address;
  symboliser.remember(pid);
  target.end();
  CHECK(symboliser.resolve(pid, address).symbol == "plain_function");
  CHECK(symboliser.resolve(pid, 16).reason == Unresolved::process_gone);
  symboliser.forget(pid);
  const auto frame = symboliser.resolve(pid, address);
  CHECK(frame.reason == Unresolved::process_gone);
  CHECK(bccxx::to_string(frame).find("(the process has gone)") != std::string::npos);
}

TEST_CASE("an entry of a build-id stack is named through a binary added or met before") {
  Symboliser symboliser;
  TargetProcess target({target_path("symbols_target")});
  const auto met = symboliser.resolve(target.pid(), target.at("plain_function").address + 1);
  target.end();
  const auto again = symboliser.resolve(met.build_id, met.module_offset);
  CHECK(again.symbol == "plain_function");
  CHECK(again.offset == 1);

  Symboliser other;
  CHECK(other.resolve(met.build_id, met.module_offset).reason == Unresolved::unknown_build_id);
  REQUIRE(other.add_module(target_path("symbols_target")) == met.build_id);
  CHECK(other.resolve(met.build_id, met.module_offset).symbol == "plain_function");
  CHECK_FALSE(other.add_module("/nonexistent"));
}

TEST_CASE("a library loaded after the first look is found") {
  Symboliser symboliser;
  static_cast<void>(symboliser.resolve(::getpid(), std::uint64_t{16}));
  // Executable memory of a file that was not mapped before.
  const bccxx::UniqueFd fd(::open(target_path("symbols_target").c_str(), O_RDONLY | O_CLOEXEC));
  const auto size = std::filesystem::file_size(target_path("symbols_target"));
  void* mapped = ::mmap(nullptr, size, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd.get(), 0);
  REQUIRE(mapped != MAP_FAILED);
  Symboliser fresh;
  REQUIRE(fresh.add_module(target_path("symbols_target")));
  const auto start = reinterpret_cast<std::uint64_t>(mapped);
  CHECK(symboliser.resolve(::getpid(), start + 64).module == target_path("symbols_target"));
  ::munmap(mapped, size);
}

TEST_CASE("the vdso is named from the process's own memory") {
  TargetProcess target({target_path("symbols_target")});
  ProcessSymbols symbols(target.pid());
  const auto address = symbols.address_of("__vdso_clock_gettime", "[vdso]");
  REQUIRE(address);
  const auto frame = symbols.resolve(*address + 1);
  CHECK(frame.symbol.find("clock_gettime") != std::string::npos);
  CHECK(frame.module == "[vdso]");
}

TEST_CASE("a page that would have to be fetched is told from one that is there") {
  const bccxx::UniqueFd fd(::open(target_path("symbols_target").c_str(), O_RDONLY | O_CLOEXEC));
  void* mapped = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd.get(), 0);
  REQUIRE(mapped != MAP_FAILED);
  const bccxx::symbols::Process self(::getpid());
  CHECK_FALSE(self.has_page(reinterpret_cast<std::uint64_t>(mapped)));
  *static_cast<char*>(mapped) = 1;
  CHECK(self.has_page(reinterpret_cast<std::uint64_t>(mapped)));
  ::munmap(mapped, 4096);
  CHECK_FALSE(self.has_page(reinterpret_cast<std::uint64_t>(mapped)));
}

TEST_CASE("a process that never was gives a reason") {
  Symboliser symboliser;
  const auto frame = symboliser.resolve(0x3fffffff, std::uint64_t{0x400000});
  CHECK(frame.reason == Unresolved::process_gone);
  CHECK(bccxx::to_string(frame) == "0x400000 (the process has gone)");
}
