// ELF files as hostile processes may make them: nothing may crash, hang or take more memory than is there.

#include "symbols/elf_file.hpp"
#include "symbols/elf_functions.hpp"
#include "symbols/elf_relocations.hpp"
#include "symbols/elf_strings.hpp"
#include "symbols/elf_symbol_table.hpp"

#include <catch2/catch.hpp>

#include <elf.h>
#include <cstring>
#include <fstream>
#include <iterator>
#include <random>

using bccxx::Unresolved;
using bccxx::symbols::ElfFile;
using bccxx::symbols::ElfFunctions;
using bccxx::symbols::ElfStrings;
using bccxx::symbols::ElfSymbolTable;
using bccxx::symbols::MemorySource;

namespace {

std::vector<std::byte> own_binary() {
  static const auto bytes = [] {
    std::ifstream file("/proc/self/exe", std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    const auto* start = reinterpret_cast<const std::byte*>(text.data());
    return std::vector<std::byte>(start, start + text.size());
  }();
  return bytes;
}

/// A file with one segment, a symbol table and its names.
std::vector<std::byte> small_elf() {
  struct File {
    Elf64_Ehdr header;
    Elf64_Phdr segment;
    Elf64_Shdr sections[4];
    Elf64_Sym symbols[5];
    char names[32];
    char section_names[32];
    struct {
      Elf64_Nhdr header;
      char owner[4];
      unsigned char id[20];
    } note;
    Elf64_Phdr note_segment;
  };
  File file{};
  std::memcpy(file.header.e_ident, ELFMAG, SELFMAG);
  file.header.e_ident[EI_CLASS] = ELFCLASS64;
  file.header.e_ident[EI_DATA] = ELFDATA2LSB;
  file.header.e_phoff = offsetof(File, segment);
  file.header.e_phnum = 1;
  file.header.e_phentsize = sizeof(Elf64_Phdr);
  file.header.e_shoff = offsetof(File, sections);
  file.header.e_shnum = 4;
  file.header.e_shentsize = sizeof(Elf64_Shdr);
  file.header.e_shstrndx = 3;
  file.segment = {PT_LOAD, PF_R | PF_X, 0, 0x400000, 0x400000, 0x1000, 0x1000, 0x1000};
  file.sections[1] = {1, SHT_SYMTAB, 0, 0, offsetof(File, symbols), sizeof(file.symbols), 2, 0, 8, sizeof(Elf64_Sym)};
  file.sections[2] = {9, SHT_STRTAB, 0, 0, offsetof(File, names), sizeof(file.names), 0, 0, 1, 0};
  file.sections[3] = {17, SHT_STRTAB, 0, 0, offsetof(File, section_names), sizeof(file.section_names), 0, 0, 1, 0};
  std::memcpy(file.section_names, "\0.symtab\0.strtab\0.shstr", 24);
  std::memcpy(file.names, "\0outer\0inner\0alias\0data", 24);
  const auto function = ELF64_ST_INFO(STB_LOCAL, STT_FUNC);
  file.symbols[1] = {1, function, 0, 1, 0x400100, 0x100};
  file.symbols[2] = {7, function, 0, 1, 0x400140, 0x10};
  file.symbols[3] = {13, ELF64_ST_INFO(STB_GLOBAL, STT_FUNC), 0, 1, 0x400140, 0x10};
  file.symbols[4] = {19, ELF64_ST_INFO(STB_GLOBAL, STT_OBJECT), 0, 1, 0x400150, 0x10};
  const auto* start = reinterpret_cast<const std::byte*>(&file);
  return {start, start + sizeof(file)};
}

/// Everything that can be asked of a file; what comes out only has to come out.
std::size_t ask_everything(std::vector<std::byte> bytes) {
  const ElfFile file(std::make_shared<const MemorySource>(std::move(bytes)));
  std::size_t names_size = file.debug_link() ? file.debug_link()->file_name.size() : 0;
  for (const auto& section : file.sections()) {
    if (section.type != SHT_SYMTAB && section.type != SHT_DYNSYM) continue;
    ElfSymbolTable table(file, section, 0, 100000);
    static_cast<void>(table.keep_names());
    std::size_t asked = 0;
    for (const auto& symbol : table.symbols()) {
      names_size += table.name(symbol).size();
      const auto* found = table.find(symbol.address);
      if (found != nullptr) CHECK(found->address <= symbol.address);
      if (++asked == 300) break;
    }
  }
  static_cast<void>(file.segments().address_of_offset(0x1234));
  static_cast<void>(file.segments().load_bias(0x7f0000000000, 0x100));
  const ElfFunctions functions(file);
  names_size += functions.named("inner").size();
  static_cast<void>(functions.find("outer@VERSION"));
  static_cast<void>(bccxx::symbols::import_slots(file, "alias"));
  static_cast<void>(bccxx::symbols::indirect_slots(file, 0x400100));
  return names_size;
}

}  // namespace

TEST_CASE("a symbol table answers with the innermost function and the most visible name") {
  const ElfFile file(std::make_shared<const MemorySource>(small_elf()));
  REQUIRE(file.reason() == Unresolved::none);
  const auto* section = file.find(".symtab");
  REQUIRE(section != nullptr);
  const ElfSymbolTable table(file, *section, 0, 10);
  REQUIRE(table.symbols().size() == 3);
  const auto name_at = [&](std::uint64_t address) {
    const auto* symbol = table.find(address);
    return symbol == nullptr ? std::string("-") : table.name(*symbol);
  };
  CHECK(name_at(0x4000ff) == "-");
  CHECK(name_at(0x400100) == "outer");
  CHECK(name_at(0x400145) == "alias");
  CHECK(name_at(0x400150) == "outer");
  CHECK(name_at(0x4001ff) == "outer");
  CHECK(name_at(0x400200) == "-");
  for (const auto* name : {"inner", "alias"}) CHECK(table.find(name)->address == 0x400140);
  CHECK_FALSE(table.find("inn"));
  CHECK_FALSE(table.find("data"));
  CHECK(file.segments().address_of_offset(0x145) == 0x400145U);
  CHECK_FALSE(file.segments().address_of_offset(0x1000));
}

TEST_CASE("more symbols than allowed are refused, not cut") {
  const ElfFile file(std::make_shared<const MemorySource>(small_elf()));
  const ElfSymbolTable table(file, *file.find(".symtab"), 0, 2);
  CHECK(table.empty());
  CHECK(table.reason() == Unresolved::file_too_large);
}

TEST_CASE("what is not ELF says so") {
  CHECK(ElfFile(std::make_shared<const MemorySource>(std::vector<std::byte>())).reason() == Unresolved::not_elf);
  CHECK(ElfFile(std::make_shared<const MemorySource>(std::vector<std::byte>(5000))).reason() == Unresolved::not_elf);
}

TEST_CASE("headers that promise more than the file holds are refused") {
  auto bytes = small_elf();
  Elf64_Ehdr header{};
  std::memcpy(&header, bytes.data(), sizeof(header));
  SECTION("sections") { header.e_shnum = 60000; }
  SECTION("segments") { header.e_phnum = 4000; }
  SECTION("section offset") { header.e_shoff = ~std::uint64_t{0} - 32, header.e_shnum = 4; }
  SECTION("segment offset") { header.e_phoff = ~std::uint64_t{0} - 32; }
  std::memcpy(bytes.data(), &header, sizeof(header));
  const ElfFile file(std::make_shared<const MemorySource>(bytes));
  CHECK((file.reason() == Unresolved::damaged_file || file.sections().empty()));
}

TEST_CASE("a file cut anywhere does no harm") {
  const auto small = small_elf();
  for (std::size_t size = 0; size < small.size(); ++size)
    ask_everything({small.begin(), small.begin() + static_cast<std::ptrdiff_t>(size)});
  const auto binary = own_binary();
  REQUIRE(ask_everything(binary) > 0);
  for (std::size_t part = 1; part < 60; ++part) {
    const auto size = static_cast<std::ptrdiff_t>(binary.size() / 60 * part);
    ask_everything({binary.begin(), binary.begin() + size});
  }
}

TEST_CASE("a file with any bits flipped does no harm") {
  std::mt19937 random(20240229);  // NOLINT(cert-msc51-cpp): the same bits each time
  for (int round = 0; round < 20000; ++round) {
    auto bytes = small_elf();
    for (auto flips = 1 + random() % 6; flips > 0; --flips)
      bytes[random() % bytes.size()] ^= std::byte{static_cast<unsigned char>(1U << random() % 8)};
    ask_everything(std::move(bytes));
  }
}

TEST_CASE("a string is found wherever it stands, with what ends it") {
  const std::string text("\0abc\0xabc\0abc@V1\0abcd\0ab", 25);
  std::string large(std::size_t{3} << 20, 'y');
  // Across the border of two blocks, too.
  large.replace((std::size_t{1} << 20) - 2, text.size(), text);
  const auto places = [](const std::string& bytes, const std::string& wanted, std::string_view ends, bool kept) {
    const auto* start = reinterpret_cast<const std::byte*>(bytes.data());
    ElfStrings strings(std::make_shared<const MemorySource>(std::vector<std::byte>(start, start + bytes.size())), 0,
                       bytes.size());
    if (kept) REQUIRE(strings.keep(bytes.size()));
    auto found = strings.find(wanted, ends);
    for (const auto place : found) CHECK(strings.at(place).substr(0, wanted.size()) == wanted);
    return found;
  };
  using Places = std::vector<std::uint32_t>;
  const auto kept = GENERATE(false, true);
  CHECK(places(text, "abc", {"\0", 1}, kept) == Places{1, 6});
  CHECK(places(text, "abc", {"\0@", 2}, kept) == Places{1, 6, 10});
  CHECK(places(text, "", {"\0", 1}, kept).empty());
  CHECK(places(text, "zz", {"\0", 1}, kept).empty());
  const std::uint32_t border = (1U << 20) - 2;
  CHECK(places(large, "abc", {"\0@", 2}, kept) == Places{border + 1, border + 6, border + 10});
}

TEST_CASE("a debug link is a plain file name or nothing") {
  const ElfFile file(std::make_shared<const MemorySource>(small_elf()));
  CHECK_FALSE(file.debug_link());
}
