// The text of /proc/PID/maps, at its worst.

#include "symbols/process_maps.hpp"
#include "symbols/line_splitter.hpp"

#include <bccxx/support/unique_fd.hpp>

#include <catch2/catch.hpp>

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

using bccxx::symbols::LineSplitter;
using bccxx::symbols::parse_mapping;

TEST_CASE("a mapping of a file is read") {
  const auto mapping =
      parse_mapping("7f00a000-7f00c000 r-xp 00002000 fe:01 1234567                  /usr/lib/libc.so.6");
  REQUIRE(mapping);
  CHECK(mapping->start == 0x7f00a000);
  CHECK(mapping->end == 0x7f00c000);
  CHECK(mapping->file_offset == 0x2000);
  CHECK(mapping->device_major == 0xfe);
  CHECK(mapping->device_minor == 1);
  CHECK(mapping->inode == 1234567);
  CHECK(mapping->path == "/usr/lib/libc.so.6");
  CHECK(mapping->executable);
  CHECK(mapping->has_file());
  CHECK_FALSE(mapping->deleted);
}

TEST_CASE("paths with blanks, newlines and the mark of deletion are read") {
  CHECK(parse_mapping("1000-2000 r-xp 0 0:1 7 /tmp/a b  c")->path == "/tmp/a b  c");
  CHECK(parse_mapping("1000-2000 r-xp 0 0:1 7 /tmp/a\\012b")->path == "/tmp/a\nb");
  const auto deleted = parse_mapping("1000-2000 r-xp 0 0:1 7 /memfd:jit (deleted)");
  CHECK(deleted->path == "/memfd:jit");
  CHECK(deleted->deleted);
}

TEST_CASE("memory without a file has no path or one in brackets") {
  CHECK(parse_mapping("1000-2000 rwxp 0 0:0 0")->path.empty());
  CHECK(parse_mapping("1000-2000 rwxp 0 0:0 0 ")->path.empty());
  const auto vdso = parse_mapping("1000-2000 r-xp 0 0:0 0                          [vdso]");
  CHECK(vdso->path == "[vdso]");
  CHECK_FALSE(vdso->has_file());
}

TEST_CASE("lines that are none are refused") {
  for (const auto* line :
       {"", "-", "1000-", "1000-2000", "1000-2000 r", "2000-1000 r-xp 0 0:0 0", "1000-2000 r-xp 0 0 0",
        "1000-2000 r-xp 0 0:0", "zzzz-2000 r-xp 0 0:0 0", "1000-2000 r-xp g 0:0 0",
        "10000000000000000000-2 r-xp 0 0:0 0", "1000-2000 r-xp 0 0:0 12x /a"})
    CHECK_FALSE(parse_mapping(line));
}

TEST_CASE("the paths of a process take what is allowed, however many and long they are") {
  const bccxx::UniqueFd maps(::memfd_create("maps", MFD_CLOEXEC));
  std::string text;
  for (int i = 0; i < 10000; ++i)
    text += fmt::format("{:x}-{:x} r-xp 0 fe:01 12 /{}\n", 0x1000 * (i + 1), 0x1000 * (i + 2), std::string(4000, 'd'));
  REQUIRE(::write(maps.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  REQUIRE(::lseek(maps.get(), 0, SEEK_SET) == 0);
  const auto mappings = bccxx::symbols::read_executable_mappings(maps.get());
  REQUIRE(mappings);
  CHECK(mappings->size() == 10000);
  CHECK(mappings->front().path.size() == 4001);
  CHECK(mappings->back().has_file());
  std::size_t bytes = 0;
  for (const auto& mapping : *mappings) bytes += mapping.path.capacity();
  CHECK(bytes < std::size_t{8} << 20);
}

TEST_CASE("lines are found across blocks, and too long ones passed over") {
  std::vector<std::string> lines;
  LineSplitter splitter(8, [&](std::string_view line) { lines.emplace_back(line); });
  for (const auto* block : {"one\ntw", "o\nmuch too lo", "ng for it", " all\nthree\n", "\nfo", "ur"})
    splitter.add(block);
  splitter.finish();
  CHECK(lines == std::vector<std::string>{"one", "two", "three", "", "four"});
}
