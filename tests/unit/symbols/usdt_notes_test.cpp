// Notes of probes as a linker, a prelinker and a hostile process leave them.

#include "symbols/usdt_notes.hpp"
#include "unit/symbols/file_with_variables.hpp"

#include <catch2/catch.hpp>

#include <elf.h>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <vector>

using bccxx::symbols::address_of_symbol;
using bccxx::symbols::ElfFile;
using bccxx::symbols::MemorySource;
using bccxx::symbols::read_usdt_notes;
using bccxx::symbols::UsdtNote;
using bccxx::test::append;
using bccxx::test::file_with_variables;

namespace {

void pad(std::vector<std::byte>& bytes) {
  while (bytes.size() % 4 != 0) bytes.push_back(std::byte{0});
}

std::vector<std::byte> content(std::uint64_t location, std::uint64_t base, std::uint64_t semaphore,
                               const std::string& strings) {
  std::vector<std::byte> bytes;
  append(bytes, location);
  append(bytes, base);
  append(bytes, semaphore);
  append(bytes, strings);
  return bytes;
}

std::vector<std::byte> note(const std::vector<std::byte>& inside, std::uint32_t type = 3,
                            const std::string& owner = std::string("stapsdt\0", 8)) {
  std::vector<std::byte> bytes;
  append(bytes, Elf64_Nhdr{static_cast<std::uint32_t>(owner.size()), static_cast<std::uint32_t>(inside.size()), type});
  append(bytes, owner);
  pad(bytes);
  bytes.insert(bytes.end(), inside.begin(), inside.end());
  pad(bytes);
  return bytes;
}

/// A file with these notes whose section .stapsdt.base is at an address; 0 for none. Several sections may be of the
/// same bytes.
ElfFile file_with(const std::vector<std::byte>& notes, std::uint64_t base, std::uint16_t times = 1) {
  static const std::string names("\0.names\0.note.stapsdt\0.stapsdt.base\0", 36);
  Elf64_Ehdr header{};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_ident[EI_DATA] = ELFDATA2LSB;
  header.e_shoff = sizeof(header);
  header.e_shnum = static_cast<std::uint16_t>(3 + times);
  header.e_shentsize = sizeof(Elf64_Shdr);
  header.e_shstrndx = 1;
  std::vector<Elf64_Shdr> sections(header.e_shnum);
  const auto after = sizeof(header) + sections.size() * sizeof(Elf64_Shdr);
  sections[1].sh_name = 1;
  sections[1].sh_type = SHT_STRTAB;
  sections[1].sh_offset = after;
  sections[1].sh_size = names.size();
  if (base != 0) sections[2].sh_name = 22;
  sections[2].sh_type = SHT_PROGBITS;
  sections[2].sh_addr = base;
  for (std::size_t i = 3; i < sections.size(); ++i) {
    sections[i].sh_name = 8;
    sections[i].sh_type = SHT_NOTE;
    sections[i].sh_offset = after + names.size();
    sections[i].sh_size = notes.size();
  }
  std::vector<std::byte> bytes;
  append(bytes, header);
  for (const auto& section : sections) append(bytes, section);
  append(bytes, names);
  bytes.insert(bytes.end(), notes.begin(), notes.end());
  return ElfFile(std::make_shared<const MemorySource>(std::move(bytes)));
}

const std::string some_strings("provider\0name\0-4@%eax\0", 22);

}  // namespace

TEST_CASE("a note of a probe has its names, its arguments and its addresses", "[usdt]") {
  const auto file = file_with(note(content(0x1000, 0x2000, 0x3000, some_strings)), 0x2000);
  CHECK(read_usdt_notes(file) == std::vector<UsdtNote>{{"provider", "name", "-4@%eax", 0x1000, 0x3000}});
}

TEST_CASE("prelinking moves the addresses of a probe, and no semaphore stays none", "[usdt]") {
  const auto notes = note(content(0x1000, 0x2000, 0, some_strings));
  CHECK(read_usdt_notes(file_with(notes, 0x52000)) ==
        std::vector<UsdtNote>{{"provider", "name", "-4@%eax", 0x51000, 0}});
  CHECK(read_usdt_notes(file_with(note(content(0x1000, 0x2000, 0x10, some_strings)), 0x1000)).front().semaphore ==
        0x10 - std::uint64_t{0x1000});
  CHECK(read_usdt_notes(file_with(notes, 0)).front().location == 0x1000);
}

TEST_CASE("other notes between those of probes are passed over", "[usdt]") {
  auto notes = note({}, 1, std::string("GNU\0", 4));
  for (const auto& more : {note(content(1, 0, 0, some_strings)), note(content(2, 0, 0, some_strings), 4),
                           note(content(3, 0, 0, some_strings), 3, "stapsdx"), note(content(4, 0, 0, some_strings))}) {
    notes.insert(notes.end(), more.begin(), more.end());
  }
  const auto found = read_usdt_notes(file_with(notes, 0));
  REQUIRE(found.size() == 2);
  CHECK(found[0].location == 1);
  CHECK(found[1].location == 4);
}

TEST_CASE("damaged notes of probes end the reading and nothing more", "[usdt]") {
  const auto whole = note(content(0x1000, 0, 0, some_strings));
  constexpr std::size_t padding = 2;
  for (std::size_t size = 0; size < whole.size() - padding; ++size) {
    const std::vector<std::byte> part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    CHECK(read_usdt_notes(file_with(part, 0)).empty());
  }
  for (const auto& strings : {std::string(), std::string("provider"), std::string("provider\0name", 13),
                              std::string("provider\0name\0-4@%eax", 21)}) {
    CHECK(read_usdt_notes(file_with(note(content(1, 0, 0, strings)), 0)).empty());
  }
  auto huge = whole;
  const Elf64_Nhdr lies{0xffffffff, 0xfffffff0, 3};
  std::memcpy(huge.data(), &lies, sizeof(lies));
  CHECK(read_usdt_notes(file_with(huge, 0)).empty());
}

TEST_CASE("a file's notes of probes are bounded, however often its sections have the same bytes", "[usdt]") {
  const auto one = note(content(0x1000, 0, 0, some_strings));
  std::vector<std::byte> many;
  for (int i = 0; i < 9000; ++i) many.insert(many.end(), one.begin(), one.end());
  CHECK(read_usdt_notes(file_with(many, 0)).size() == 9000);
  CHECK(read_usdt_notes(file_with(many, 0, 200)).size() == 16384);

  const auto megabyte = note(content(0x1000, 0, 0, some_strings + std::string(1U << 20U, 'x')));
  CHECK(read_usdt_notes(file_with(megabyte, 0, 100)).size() == 3);
  CHECK(read_usdt_notes(file_with(note(content(1, 0, 0, some_strings + std::string(5U << 20U, 'x'))), 0)).empty());
}

TEST_CASE("a variable of which there are several is told from one that has several symbols", "[usdt]") {
  const auto file = file_with_variables();
  REQUIRE(file.reason() == bccxx::Unresolved::none);
  CHECK(address_of_symbol(file, "one").address == 0x10);
  CHECK(address_of_symbol(file, "same").address == 0x20);
  CHECK_FALSE(address_of_symbol(file, "same").ambiguous);
  CHECK(address_of_symbol(file, "two").ambiguous);
  CHECK_FALSE(address_of_symbol(file, "three").address);
}
