// Relocations of the two machines that are known, in blocks.

#include "symbols/elf_relocations.hpp"

#include "symbols/elf_symbol_section.hpp"

#include <elf.h>
#include <algorithm>
#include <span>

namespace bccxx::symbols {
namespace {

constexpr std::uint64_t block_entries = 8192;
constexpr std::uint64_t most_entries = std::uint64_t{1} << 24;

struct Kinds {
  std::uint32_t jump_slot;
  std::uint32_t global;
  std::uint32_t absolute;
  std::uint32_t indirect;
};

std::optional<Kinds> kinds_of(const ElfFile& file) {
  if (!file.is_64bit()) return std::nullopt;
  if (file.machine() == EM_X86_64) return Kinds{R_X86_64_JUMP_SLOT, R_X86_64_GLOB_DAT, R_X86_64_64, R_X86_64_IRELATIVE};
  if (file.machine() == EM_AARCH64)
    return Kinds{R_AARCH64_JUMP_SLOT, R_AARCH64_GLOB_DAT, R_AARCH64_ABS64, R_AARCH64_IRELATIVE};
  return std::nullopt;
}

template <class Take>
void for_each_relocation(const ElfFile& file, const ElfSection& section, Take take) {
  const auto count = section.size / sizeof(Elf64_Rela);
  if (count > most_entries || !file.source()->holds(section.offset, section.size)) return;
  std::vector<Elf64_Rela> block(std::min(count, block_entries));
  for (std::uint64_t at = 0; at < count; at += block.size()) {
    const auto some = std::span(block).first(std::min<std::uint64_t>(block.size(), count - at));
    if (!file.source()->read(section.offset + at * sizeof(Elf64_Rela), std::as_writable_bytes(some))) return;
    for (const auto& entry : some) take(entry);
  }
}

/// The indices of the symbols called `name`, ascending.
std::vector<std::uint64_t> symbols_named(const ElfFile& file, std::uint32_t section, std::string_view name) {
  std::vector<std::uint64_t> indices;
  if (section >= file.sections().size()) return indices;
  const ElfSymbolSection symbols(file, file.sections()[section]);
  const auto places = symbols.names().find(name);
  if (symbols.reason() != Unresolved::none || places.empty()) return indices;
  symbols.for_each([&](std::uint64_t index, const ElfSymbol& symbol) {
    if (std::ranges::binary_search(places, symbol.name)) indices.push_back(index);
  });
  return indices;
}

}  // namespace

std::vector<std::uint64_t> import_slots(const ElfFile& file, std::string_view name) {
  std::vector<std::uint64_t> slots;
  const auto kinds = kinds_of(file);
  for (const auto& section : file.sections()) {
    if (!kinds || section.type != SHT_RELA) continue;
    const auto wanted = symbols_named(file, section.link, name);
    if (wanted.empty()) continue;
    for_each_relocation(file, section, [&](const Elf64_Rela& entry) {
      const auto type = ELF64_R_TYPE(entry.r_info);
      const bool holds_address = type == kinds->jump_slot || type == kinds->global || type == kinds->absolute;
      if (holds_address && std::ranges::binary_search(wanted, ELF64_R_SYM(entry.r_info)))
        slots.push_back(entry.r_offset);
    });
  }
  return slots;
}

std::vector<std::uint64_t> indirect_slots(const ElfFile& file, std::uint64_t resolver) {
  std::vector<std::uint64_t> slots;
  const auto kinds = kinds_of(file);
  for (const auto& section : file.sections()) {
    if (!kinds || section.type != SHT_RELA) continue;
    for_each_relocation(file, section, [&](const Elf64_Rela& entry) {
      if (ELF64_R_TYPE(entry.r_info) == kinds->indirect && static_cast<std::uint64_t>(entry.r_addend) == resolver)
        slots.push_back(entry.r_offset);
    });
  }
  return slots;
}

}  // namespace bccxx::symbols
