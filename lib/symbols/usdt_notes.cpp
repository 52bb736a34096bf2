// A note's content is three addresses and three strings; what does not hold them is left out.

#include "symbols/usdt_notes.hpp"

#include "symbols/elf_symbol_section.hpp"

#include <elf.h>
#include <algorithm>
#include <cstddef>
#include <cstring>
#include <span>

namespace bccxx::symbols {
namespace {

constexpr std::uint32_t probe_note = 3;
constexpr std::string_view owner{"stapsdt\0", 8};
// Of one file; the largest programs have some thousands of a hundred bytes each.
constexpr std::uint64_t most_note_bytes = std::uint64_t{4} << 20;
constexpr std::size_t most_notes = 16384;

template <class Address>
std::optional<std::uint64_t> take_address(std::string_view& content) {
  Address address = 0;
  if (content.size() < sizeof(address)) return std::nullopt;
  std::memcpy(&address, content.data(), sizeof(address));
  content.remove_prefix(sizeof(address));
  return address;
}

std::optional<std::string> take_string(std::string_view& content) {
  const auto end = content.find('\0');
  if (end == std::string_view::npos) return std::nullopt;
  std::string text(content.substr(0, end));
  content.remove_prefix(end + 1);
  return text;
}

/// `base` is the section .stapsdt.base as it lies now; the note has where it lay when it was linked.
template <class Address>
std::optional<UsdtNote> parse_note(std::string_view content, const ElfSection* base) {
  const auto location = take_address<Address>(content);
  const auto linked_base = take_address<Address>(content);
  const auto semaphore = take_address<Address>(content);
  auto provider = take_string(content);
  auto name = take_string(content);
  auto arguments = take_string(content);
  if (!location || !linked_base || !semaphore || !arguments) return std::nullopt;
  const auto moved = base == nullptr ? 0 : base->address - *linked_base;
  UsdtNote note{std::move(*provider), std::move(*name), std::move(*arguments), static_cast<Address>(*location + moved),
                0};
  if (*semaphore != 0) note.semaphore = static_cast<Address>(*semaphore + moved);
  return note;
}

/// `bytes_left` is how much of the file may still be read.
void read_section(const ElfFile& file, const ElfSection& section, const ElfSection* base, std::uint64_t& bytes_left,
                  std::vector<UsdtNote>& notes) {
  if (section.size > bytes_left || !file.source()->holds(section.offset, section.size)) return;
  bytes_left -= section.size;
  std::vector<char> bytes(section.size);
  if (!file.source()->read(section.offset, std::as_writable_bytes(std::span(bytes)))) return;
  const std::string_view all(bytes.data(), bytes.size());
  const auto padded = [](std::uint64_t size) { return (size + 3) & ~std::uint64_t{3}; };
  for (std::uint64_t at = 0; notes.size() < most_notes && at + sizeof(Elf64_Nhdr) <= all.size();) {
    Elf64_Nhdr header{};
    std::memcpy(&header, all.data() + at, sizeof(header));
    const auto name = at + sizeof(header);
    const auto content = name + padded(header.n_namesz);
    if (content + header.n_descsz > all.size()) return;
    at = content + padded(header.n_descsz);
    if (header.n_type != probe_note || all.substr(name, header.n_namesz) != owner) continue;
    const auto described = all.substr(content, header.n_descsz);
    auto note =
        file.is_64bit() ? parse_note<std::uint64_t>(described, base) : parse_note<std::uint32_t>(described, base);
    if (note) notes.push_back(std::move(*note));
  }
}

}  // namespace

std::vector<UsdtNote> read_usdt_notes(const ElfFile& file) {
  std::vector<UsdtNote> notes;
  const auto* base = file.find(".stapsdt.base");
  auto bytes_left = most_note_bytes;
  for (const auto& section : file.sections()) {
    if (section.type == SHT_NOTE && section.name == ".note.stapsdt") {
      read_section(file, section, base, bytes_left, notes);
    }
  }
  return notes;
}

SymbolAddress address_of_symbol(const ElfFile& file, std::string_view name) {
  for (const std::uint32_t type : {SHT_SYMTAB, SHT_DYNSYM}) {
    const auto* section = file.find(type);
    if (section == nullptr) continue;
    const ElfSymbolSection table(file, *section);
    if (table.reason() != Unresolved::none) continue;
    const auto places = table.names().find(name);
    SymbolAddress found;
    table.for_each([&](std::uint64_t, const ElfSymbol& symbol) {
      const bool there = symbol.section != SHN_UNDEF && symbol.type != STT_TLS;
      if (!there || !std::ranges::binary_search(places, symbol.name)) return;
      found.ambiguous = found.ambiguous || (found.address && *found.address != symbol.value);
      found.address = symbol.value;
    });
    if (found.address) return found;
  }
  return {};
}

}  // namespace bccxx::symbols
