// Both classes of ELF become one form here.

#include "symbols/elf_symbol_section.hpp"

#include <elf.h>
#include <algorithm>

namespace bccxx::symbols {
namespace {

constexpr std::uint64_t block_symbols = 16384;
/// Of all kinds; a file with a hole in it can promise any number.
constexpr std::uint64_t most_symbols = std::uint64_t{1} << 24;

template <class Raw>
ElfSymbol symbol_of(const Raw& raw) {
  return {raw.st_name,
          raw.st_shndx,
          static_cast<std::uint8_t>(ELF64_ST_TYPE(raw.st_info)),
          static_cast<std::uint8_t>(ELF64_ST_BIND(raw.st_info)),
          raw.st_value,
          raw.st_size};
}

}  // namespace

bool ElfSymbol::is_indirect() const noexcept { return type == STT_GNU_IFUNC; }
bool ElfSymbol::is_function() const noexcept {
  return section != SHN_UNDEF && (type == STT_FUNC || type == STT_GNU_IFUNC);
}

ElfSymbolSection::ElfSymbolSection(const ElfFile& file, const ElfSection& section)
    : source_(file.source()), offset_(section.offset), is_64bit_(file.is_64bit()) {
  const auto& sections = file.sections();
  const bool has_names = section.link < sections.size() && sections[section.link].type == SHT_STRTAB;
  if (section.type == SHT_NOBITS || !has_names || !source_->holds(section.offset, section.size) ||
      !source_->holds(sections[section.link].offset, sections[section.link].size)) {
    reason_ = Unresolved::damaged_file;
    return;
  }
  names_ = ElfStrings(source_, sections[section.link].offset, sections[section.link].size);
  count_ = section.size / (is_64bit_ ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym));
  if (count_ > most_symbols) {
    count_ = 0;
    reason_ = Unresolved::file_too_large;
  }
}

bool ElfSymbolSection::for_each(const std::function<void(std::uint64_t, const ElfSymbol&)>& take) const {
  return is_64bit_ ? read<Elf64_Sym>(take) : read<Elf32_Sym>(take);
}

template <class Raw>
bool ElfSymbolSection::read(const std::function<void(std::uint64_t, const ElfSymbol&)>& take) const {
  std::vector<Raw> block(static_cast<std::size_t>(std::min(count_, block_symbols)));
  for (std::uint64_t at = 0; at < count_; at += block.size()) {
    const auto some =
        std::span(block).first(static_cast<std::size_t>(std::min<std::uint64_t>(block.size(), count_ - at)));
    if (!source_->read(offset_ + at * sizeof(Raw), std::as_writable_bytes(some))) return false;
    for (std::size_t i = 0; i < some.size(); ++i) take(at + i, symbol_of(some[i]));
  }
  return true;
}

}  // namespace bccxx::symbols
