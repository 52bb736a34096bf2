// Definitions form a list through offsets, so the list is bounded by the section and by a number.

#include "symbols/elf_versions.hpp"

#include "symbols/elf_strings.hpp"

#include <elf.h>
#include <cstring>
#include <span>

namespace bccxx::symbols {
namespace {

constexpr std::uint64_t most_symbol_bytes = std::uint64_t{32} << 20;
constexpr std::uint64_t most_definition_bytes = std::uint64_t{1} << 20;
constexpr int most_definitions = 32768;
constexpr unsigned hidden = 0x8000;

/// Both classes of ELF have the same structures.
static_assert(sizeof(Elf32_Verdef) == sizeof(Elf64_Verdef) && sizeof(Elf32_Verdaux) == sizeof(Elf64_Verdaux));

template <class T>
bool load(const std::vector<std::byte>& bytes, std::uint64_t at, T& into) {
  if (at > bytes.size() || sizeof(into) > bytes.size() - at) return false;
  std::memcpy(&into, bytes.data() + at, sizeof(into));
  return true;
}

template <class T>
std::vector<T> content(const ElfFile& file, const ElfSection* section, std::uint64_t most_bytes) {
  if (section == nullptr || section->size > most_bytes || !file.source()->holds(section->offset, section->size))
    return {};
  std::vector<T> elements(section->size / sizeof(T));
  if (!file.source()->read(section->offset, std::as_writable_bytes(std::span(elements)))) return {};
  return elements;
}

}  // namespace

ElfVersions::ElfVersions(const ElfFile& file)
    : of_symbol_(content<std::uint16_t>(file, file.find(std::uint32_t{SHT_GNU_versym}), most_symbol_bytes)) {
  if (!of_symbol_.empty()) read_definitions(file);
}

void ElfVersions::read_definitions(const ElfFile& file) {
  const auto* section = file.find(std::uint32_t{SHT_GNU_verdef});
  const auto bytes = content<std::byte>(file, section, most_definition_bytes);
  if (bytes.empty() || section->link >= file.sections().size()) return;
  const auto& strings = file.sections()[section->link];
  if (strings.type != SHT_STRTAB || !file.source()->holds(strings.offset, strings.size)) return;
  const ElfStrings text(file.source(), strings.offset, strings.size);
  std::uint64_t at = 0;
  for (int i = 0; i < most_definitions; ++i) {
    Elf64_Verdef definition{};
    Elf64_Verdaux name{};
    if (!load(bytes, at, definition) || !load(bytes, at + definition.vd_aux, name)) return;
    // The base version is the file's own name.
    if ((definition.vd_flags & VER_FLG_BASE) == 0) names_.try_emplace(definition.vd_ndx, text.at(name.vda_name));
    if (definition.vd_next == 0) return;
    at += definition.vd_next;
  }
}

ElfVersion ElfVersions::of(std::uint64_t symbol_index) const {
  if (symbol_index >= of_symbol_.size()) return {};
  const unsigned number = of_symbol_[symbol_index];
  const auto name = names_.find(number & ~hidden);
  return {name == names_.end() ? std::string() : name->second, (number & hidden) == 0};
}

}  // namespace bccxx::symbols
