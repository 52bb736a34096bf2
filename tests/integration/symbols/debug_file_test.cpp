// Symbols that lie outside the stripped binary, or compressed in it.

#include "integration/symbols/target_process.hpp"

#include <bccxx/symbols/symboliser.hpp>

#include <catch2/catch.hpp>

#include <sys/stat.h>
#include <unistd.h>
#include <filesystem>
#include <fstream>

using bccxx::ProcessSymbols;
using bccxx::Symboliser;
using bccxx::SymbolOptions;
using bccxx::Unresolved;
using symbols_test::ScratchDirectory;
using symbols_test::target_path;
using symbols_test::TargetProcess;

namespace {

/// Puts the debug file where its build id says, below a directory of its own.
void install_debug_file(const std::string& directory, const bccxx::BuildId& id) {
  const auto hex = id.hex();
  std::filesystem::create_directories(directory + "/.build-id/" + hex.substr(0, 2));
  std::filesystem::copy_file(target_path("symbols_target_debug"),
                             directory + "/.build-id/" + hex.substr(0, 2) + "/" + hex.substr(2) + ".debug");
}

/// What this process has read so far.
std::uint64_t bytes_read() {
  std::ifstream io("/proc/self/io");
  std::string key;
  std::uint64_t value = 0;
  io >> key >> value;
  REQUIRE(key == "rchar:");
  return value;
}

bccxx::BuildId id_of(const std::string& path) { return Symboliser().add_module(path).value_or(bccxx::BuildId()); }

}  // namespace

TEST_CASE("a debug file is found by the build id, with names and lines") {
  const ScratchDirectory scratch;
  install_debug_file(scratch.path(), id_of(target_path("symbols_target_separate")));
  std::filesystem::copy_file(target_path("symbols_target_separate"), scratch.path() + "/program");
  TargetProcess target({scratch.path() + "/program"});
  ProcessSymbols symbols(target.pid(), {.debug_directories = {scratch.path()}});
  CHECK(symbols.resolve(target.at("hidden_function").address).symbol == "target::hidden_function(int)");
  const auto frame = symbols.resolve(target.at("inlined").address - 1);
  REQUIRE(frame.inlined.size() == 2);
  CHECK(frame.inlined[0].line == target.at("inlined").line);

  ProcessSymbols without(target.pid(), {.debug_files = SymbolOptions::DebugFiles::ignore});
  CHECK_FALSE(without.resolve(target.at("hidden_function").address).resolved());
}

TEST_CASE("a debug file is found by the link in the binary, and its checksum matters when asked") {
  const ScratchDirectory scratch;
  std::filesystem::copy_file(target_path("symbols_target_separate"), scratch.path() + "/program");
  std::filesystem::copy_file(target_path("symbols_target_debug"), scratch.path() + "/symbols_target_debug");
  TargetProcess target({scratch.path() + "/program"});
  const auto address = target.at("hidden_function").address;
  const SymbolOptions checked{.debug_files = SymbolOptions::DebugFiles::check_crc, .debug_directories = {}};
  const SymbolOptions unchecked{.debug_directories = {}};
  CHECK(ProcessSymbols(target.pid(), checked).resolve(address).symbol == "target::hidden_function(int)");
  std::ofstream(scratch.path() + "/symbols_target_debug", std::ios::app) << "more";
  CHECK_FALSE(ProcessSymbols(target.pid(), checked).resolve(address).resolved());
  CHECK(ProcessSymbols(target.pid(), unchecked).resolve(address).symbol == "target::hidden_function(int)");
}

TEST_CASE("without a build id the checksum decides, and of an enormous file none is made") {
  const ScratchDirectory scratch;
  std::filesystem::copy_file(target_path("symbols_target_unnamed"), scratch.path() + "/program");
  const auto debug = scratch.path() + "/symbols_target_unnamed_debug";
  std::filesystem::copy_file(target_path("symbols_target_unnamed_debug"), debug);
  TargetProcess target({scratch.path() + "/program"});
  const auto address = target.at("hidden_function").address;
  CHECK(ProcessSymbols(target.pid()).resolve(address).symbol == "target::hidden_function(int)");
  std::ofstream(debug, std::ios::app) << "more";
  CHECK_FALSE(ProcessSymbols(target.pid()).resolve(address).resolved());

  std::filesystem::resize_file(debug, std::uintmax_t{5} << 30);
  const auto before = bytes_read();
  CHECK_FALSE(ProcessSymbols(target.pid()).resolve(address).resolved());
  CHECK(bytes_read() - before < std::uint64_t{1} << 30);
}

TEST_CASE("a debug file is found in the root of a process, whichever way its directory is a link there") {
  namespace fs = std::filesystem;
  const ScratchDirectory scratch;
  fs::create_directories(scratch.path() + "/opt");
  fs::create_directories(scratch.path() + "/real/opt");
  fs::create_directories(scratch.path() + "/usr/lib");
  fs::create_symlink("/real", scratch.path() + "/usr/lib/debug");
  const auto debug = scratch.path() + "/real/opt/symbols_target_static_debug";
  fs::copy_file(target_path("symbols_target_static_debug"), debug);
  fs::copy_file(target_path("symbols_target_static_separate"), scratch.path() + "/opt/program");
  TargetProcess target({"/opt/program"}, [&] {
    if (::chroot(scratch.path().c_str()) != 0) ::_exit(126);
  });
  const auto frame = ProcessSymbols(target.pid()).resolve(target.at("hidden_function").address);
  CHECK(frame.symbol == "target::hidden_function(int)");
  CHECK(frame.module == "/opt/program");
}

TEST_CASE("a build-id stack is named by a debug file alone") {
  const ScratchDirectory scratch;
  TargetProcess target({target_path("symbols_target")});
  const auto known = ProcessSymbols(target.pid()).resolve(target.at("hidden_function").address);
  install_debug_file(scratch.path(), known.build_id);
  Symboliser symboliser({.debug_directories = {scratch.path()}});
  const auto frame = symboliser.resolve(known.build_id, known.module_offset);
  CHECK(frame.symbol == "target::hidden_function(int)");
  CHECK(frame.line == known.line);
}

TEST_CASE("a compressed table within the binary is read") {
  TargetProcess target({target_path("symbols_target_mini")});
  ProcessSymbols symbols(target.pid(), {.debug_files = SymbolOptions::DebugFiles::ignore});
  CHECK(symbols.resolve(target.at("hidden_function").address).symbol == "target::hidden_function(int)");
}

TEST_CASE("a debug file that is a FIFO or damaged does no harm") {
  const ScratchDirectory scratch;
  std::filesystem::copy_file(target_path("symbols_target_separate"), scratch.path() + "/program");
  const auto debug = scratch.path() + "/symbols_target_debug";
  SECTION("FIFO") { REQUIRE(::mkfifo(debug.c_str(), 0600) == 0); }
  SECTION("cut") {
    std::filesystem::copy_file(target_path("symbols_target_debug"), debug);
    std::filesystem::resize_file(debug, std::filesystem::file_size(debug) / 2);
  }
  TargetProcess target({scratch.path() + "/program"});
  ProcessSymbols symbols(target.pid(), {.debug_directories = {}});
  CHECK_FALSE(symbols.resolve(target.at("hidden_function").address).resolved());
}
