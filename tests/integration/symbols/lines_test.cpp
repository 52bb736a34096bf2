// File, line and inlined functions.

#include "integration/symbols/target_process.hpp"
#include "symbols/kernel_lines.hpp"
#include "symbols/source_lines.hpp"
#include "symbols/target_file.hpp"

#include <bccxx/symbols/symboliser.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

using bccxx::ProcessSymbols;
using bccxx::symbols::SourceLines;
using symbols_test::ScratchDirectory;
using symbols_test::target_path;
using symbols_test::TargetProcess;

TEST_CASE("an address in inlined code gives every function it is in, with its line") {
  const auto name = GENERATE(as<std::string>(), "symbols_target", "symbols_target_no_pie", "symbols_target_dwarf4",
                             "symbols_target_compressed", "symbols_target_static");
  TargetProcess target({target_path(name)});
  ProcessSymbols symbols(target.pid());
  const auto& place = target.at("inlined");
  // One byte before the return address lies in the call itself.
  const auto frame = symbols.resolve(place.address - 1);
  CHECK(frame.symbol == "target::with_inlines(int&)");
  REQUIRE(frame.inlined.size() == 2);
  CHECK(frame.inlined[0].symbol.find("inlined_innermost") != std::string::npos);
  CHECK(frame.inlined[0].line == place.line);
  CHECK(frame.inlined[1].symbol.find("inlined_middle") != std::string::npos);
  CHECK(frame.inlined[1].line == target.at("middle").line);
  CHECK(frame.line == target.at("outer").line);
  CHECK(frame.file.ends_with("tests/integration/symbols/symbols_target.cpp"));
  CHECK(frame.inlined[0].file == frame.file);
}

TEST_CASE("inlined functions are found where the compiler has split their DWARF off") {
  const ScratchDirectory scratch;
  // Whoever reads DWARF is nobody.
  std::filesystem::permissions(scratch.path(), std::filesystem::perms(0755));
  for (const auto& entry : std::filesystem::directory_iterator(target_path(""))) {
    const auto name = entry.path().filename().string();
    if (name.starts_with("symbols_target_split")) std::filesystem::copy_file(entry, scratch.path() + "/" + name);
  }
  TargetProcess target({scratch.path() + "/symbols_target_split"});
  const auto frame = ProcessSymbols(target.pid()).resolve(target.at("inlined").address - 1);
  REQUIRE(frame.inlined.size() == 2);
  CHECK(frame.inlined[0].line == target.at("inlined").line);
  CHECK(frame.inlined[1].line == target.at("middle").line);
  CHECK(frame.inlined[1].file.ends_with("symbols_target.cpp"));
  CHECK(frame.line == target.at("outer").line);
}

TEST_CASE("lines are given until they have come to an enormous size") {
  const auto path = target_path("symbols_target");
  TargetProcess target({path});
  const auto plain = ProcessSymbols(target.pid()).resolve(target.at("plain_function").address);
  const auto file = bccxx::symbols::open_regular_here(path, bccxx::symbols::ServedFiles::refuse);
  std::vector<bccxx::Frame> frames(3000);
  std::vector<SourceLines::Wanted> wanted;
  // Not relocated, the address is the offset in this binary's file.
  for (std::size_t i = 0; i < frames.size(); ++i) wanted.push_back({i, plain.module_offset});
  const auto with_line = [&](std::size_t most_bytes) {
    for (auto& frame : frames) frame.line = 0;
    SourceLines(most_bytes).complete({1, file.fd.get()}, wanted, frames);
    return std::ranges::count(frames, plain.line, &bccxx::Frame::line);
  };
  CHECK(with_line(std::size_t{1} << 30) == 3000);
  const auto some = with_line(1);
  CHECK(some > 0);
  CHECK(some < 3000);
}

TEST_CASE("after a few files that the reader of DWARF did not survive, strangers' files are left alone") {
  const auto path = target_path("symbols_target");
  TargetProcess target({path});
  const auto plain = ProcessSymbols(target.pid()).resolve(target.at("plain_function").address);
  const auto file = bccxx::symbols::open_regular_here(path, bccxx::symbols::ServedFiles::refuse);
  const SourceLines::Wanted wanted{0, plain.module_offset};
  SourceLines lines;
  const auto line_of = [&](const SourceLines::File& asked) {
    bccxx::Frame frame;
    lines.complete(asked, std::span(&wanted, 1), std::span(&frame, 1));
    return frame.line;
  };
  CHECK(line_of({1, file.fd.get()}) == plain.line);
  // No such descriptor, so there is no answer.
  for (std::uint64_t key = 2; key < 2 + SourceLines::most_harmful_files; ++key) CHECK(line_of({key, 1000000}) == 0);
  CHECK(line_of({100, file.fd.get()}) == 0);
  CHECK(line_of({101, file.fd.get(), bccxx::symbols::NameOrigin::trusted}) == plain.line);
}

TEST_CASE("frames of the kernel get lines from its debug file, wherever it was loaded") {
  const auto place = GENERATE(as<std::string>(), "/.build-id", "/boot/vmlinux-1.2", "/lib/modules/1.2/vmlinux");
  // A program stands for the kernel: it, too, is loaded somewhere else than it was linked for.
  TargetProcess target({target_path("symbols_target")});
  const auto& inlined = target.at("inlined");
  const auto known = ProcessSymbols(target.pid()).resolve(inlined.address - 1);
  const ScratchDirectory scratch;
  const auto hex = known.build_id.hex();
  const auto path = scratch.path() +
                    (place == "/.build-id" ? place + "/" + hex.substr(0, 2) + "/" + hex.substr(2) + ".debug" : place);
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::filesystem::copy_file(target_path("symbols_target_debug"), path);

  const auto named = [&](const bccxx::BuildId& id, const std::string& function, const std::string& module) {
    bccxx::symbols::KernelLines kernel({.debug_directories = {scratch.path()}});
    kernel.look_for({id, "1.2", function, target.at("plain_function").address});
    bccxx::Frame frame;
    frame.address = inlined.address - 1;
    frame.module = module;
    SourceLines lines;
    kernel.complete(std::span(&frame, 1), lines);
    return frame;
  };
  const auto frame = named(known.build_id, "plain_function", "kernel");
  CHECK(frame.line == target.at("outer").line);
  CHECK(frame.file == known.file);
  REQUIRE(frame.inlined.size() == 2);
  CHECK(frame.inlined[0].line == inlined.line);
  CHECK(named(known.build_id, "plain_function", "some_module").line == 0);
  CHECK(named(known.build_id, "no_such_function", "kernel").line == 0);
  CHECK(named(*bccxx::BuildId::from_hex("0102030405"), "plain_function", "kernel").line == 0);
}

TEST_CASE("lines are left out when they are not asked for") {
  TargetProcess target({target_path("symbols_target")});
  ProcessSymbols symbols(target.pid(), {.lines = false});
  const auto frame = symbols.resolve(target.at("inlined").address - 1);
  CHECK(frame.symbol == "target::with_inlines(int&)");
  CHECK(frame.inlined.empty());
  CHECK(frame.file.empty());
}
