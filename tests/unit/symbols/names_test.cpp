// Names: perf maps, demangling, build ids, and how frames are written.

#include "symbols/demangle.hpp"
#include "symbols/perf_map.hpp"

#include <bccxx/symbols/frame.hpp>

#include <fmt/format.h>
#include <catch2/catch.hpp>

using bccxx::BuildId;
using bccxx::Frame;
using bccxx::FrameStyle;
using bccxx::Unresolved;
using bccxx::symbols::demangle;
using bccxx::symbols::NameOrigin;
using bccxx::symbols::PerfMap;

TEST_CASE("a perf map answers with what was written last") {
  PerfMap map;
  for (const auto* line :
       {"1000 100 old name", "0x1000 0x100 new name", "1200 10 other", "bad", "1300 0 empty", "1400 10", "1500 10 "})
    map.add_line(line);
  map.finish();
  REQUIRE(map.find(0x1010) != nullptr);
  CHECK(map.name(*map.find(0x1010)) == "new name");
  CHECK(map.name(*map.find(0x120f)) == "other");
  CHECK(map.find(0x1100) == nullptr);
  CHECK(map.find(0x1210) == nullptr);
  CHECK(map.find(0x1300) == nullptr);
  CHECK(map.find(0x1500) == nullptr);
  CHECK(map.find(0xfff) == nullptr);
}

TEST_CASE("C++ and Rust names are made readable, others left alone") {
  CHECK(demangle("_ZN3foo3barEi", NameOrigin::anybody) == "foo::bar(int)");
  CHECK(demangle("main", NameOrigin::anybody) == "main");
  CHECK(demangle("_Znonsense", NameOrigin::anybody) == "_Znonsense");
  CHECK(demangle("_ZN4core3fmt5write17h0123456789abcdefE", NameOrigin::anybody) == "core::fmt::write");
  CHECK(demangle("_ZN60_$LT$alloc..string..String$u20$as$u20$core..fmt..Display$GT$3fmt17h0123456789abcdefE",
                 NameOrigin::anybody) == "<alloc::string::String as core::fmt::Display>::fmt");
}

TEST_CASE("a name that would grow without bounds is not demangled") {
  // Each level doubles the one before.
  std::string name = "_Z1f1aIiiE";
  for (int i = 1; i < 60; ++i) name += fmt::format("1aIS{0}_S{0}_E", i);
  CHECK(demangle(name, NameOrigin::anybody) == name);
}

TEST_CASE("a build id is written and read as hexadecimal digits") {
  const auto id = BuildId::from_hex("00ffA5");
  REQUIRE(id);
  CHECK(id->hex() == "00ffa5");
  CHECK(id->bytes().size() == 3);
  CHECK_FALSE(BuildId::from_hex("0"));
  CHECK_FALSE(BuildId::from_hex("zz"));
  CHECK_FALSE(BuildId::from_hex(std::string(80, 'a')));
  CHECK(BuildId().empty());
}

TEST_CASE("a frame is written whole or in part") {
  Frame frame;
  frame.symbol = "malloc\x1b[31m";
  frame.offset = 0x1f;
  frame.module = "/usr/lib/libc.so.6";
  frame.file = "malloc.c";
  frame.line = 12;
  CHECK(to_string(frame) == "malloc\\x1b[31m+0x1f [libc.so.6] malloc.c:12");
  CHECK(to_string(frame, FrameStyle::name_only()) == "malloc\\x1b[31m");
  frame.inlined = {{"innermost", "a.c", 1}, {"middle", "a.c", 2}};
  CHECK(folded_names(frame) == std::vector<std::string>{"malloc\\x1b[31m", "middle_[i]", "innermost_[i]"});
  CHECK(frame_lines(frame) == std::vector<std::string>{"innermost (inlined) a.c:1", "middle (inlined) a.c:2",
                                                       "malloc\\x1b[31m+0x1f [libc.so.6] malloc.c:12"});
  CHECK(frame_lines(frame, FrameStyle::name_only()) ==
        std::vector<std::string>{"innermost (inlined)", "middle (inlined)", "malloc\\x1b[31m"});
}

TEST_CASE("an unresolved frame is never bare") {
  Frame frame;
  frame.address = 0x7f0000001234;
  frame.reason = Unresolved::no_mapping;
  CHECK(to_string(frame) == "0x7f0000001234 (no executable mapping holds it)");
  frame.module = "/opt/app";
  frame.module_offset = 0x1234;
  frame.build_id = *BuildId::from_hex("abcd");
  frame.reason = Unresolved::no_symbol;
  CHECK(to_string(frame) == "app+0x1234 [abcd] (no symbol covers it)");
  CHECK(to_string(frame, FrameStyle::name_only()) == "app+0x1234");
}
