#pragma once
// ELF files that are made in memory.

#include "symbols/elf_file.hpp"

#include <elf.h>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace bccxx::test {

template <class T>
void append(std::vector<std::byte>& bytes, const T& value) {
  const auto raw = std::as_bytes(std::span(&value, 1));
  bytes.insert(bytes.end(), raw.begin(), raw.end());
}

inline void append(std::vector<std::byte>& bytes, const std::string& text) {
  for (const char c : text) bytes.push_back(static_cast<std::byte>(c));
}

/// A file whose symbol table has "one" at 0x10, "same" at 0x20 twice, and "two" at 0x30 and at 0x40.
inline symbols::ElfFile file_with_variables() {
  static const std::string names("\0one\0same\0two\0", 14);
  std::vector<Elf64_Sym> symbols;
  const auto add = [&](std::uint32_t name, std::uint64_t address) {
    symbols.push_back({name, ELF64_ST_INFO(STB_LOCAL, STT_OBJECT), 0, 1, address, 4});
  };
  symbols.emplace_back();
  add(1, 0x10);
  add(5, 0x20);
  add(5, 0x20);
  add(10, 0x30);
  add(10, 0x40);
  Elf64_Ehdr header{};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_ident[EI_DATA] = ELFDATA2LSB;
  header.e_shoff = sizeof(header);
  header.e_shnum = 3;
  header.e_shentsize = sizeof(Elf64_Shdr);
  header.e_shstrndx = 1;
  Elf64_Shdr sections[3] = {};
  const auto after = sizeof(header) + sizeof(sections);
  sections[1].sh_type = SHT_STRTAB;
  sections[1].sh_offset = after;
  sections[1].sh_size = names.size();
  sections[2].sh_type = SHT_SYMTAB;
  sections[2].sh_offset = after + names.size();
  sections[2].sh_size = symbols.size() * sizeof(Elf64_Sym);
  sections[2].sh_entsize = sizeof(Elf64_Sym);
  sections[2].sh_link = 1;
  std::vector<std::byte> bytes;
  append(bytes, header);
  append(bytes, sections);
  append(bytes, names);
  for (const auto& symbol : symbols) append(bytes, symbol);
  return symbols::ElfFile(std::make_shared<const symbols::MemorySource>(std::move(bytes)));
}

}  // namespace bccxx::test
