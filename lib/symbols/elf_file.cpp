// Reads the headers, the notes and the section names; the contents stay where they are.

#include "symbols/elf_file.hpp"

#include "support/build_id_note.hpp"

#include <elf.h>
#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

namespace bccxx::symbols {
namespace {

constexpr std::uint64_t most_segments = 4096;
constexpr std::uint64_t most_sections = 65536;
constexpr std::uint64_t most_name_bytes = std::uint64_t{4} << 20;
constexpr std::uint64_t most_note_bytes = std::uint64_t{64} << 10;

std::string name_at(const std::vector<std::byte>& names, std::uint64_t offset) {
  if (offset >= names.size()) return {};
  const auto* start = reinterpret_cast<const char*>(names.data()) + offset;
  return {start, ::strnlen(start, std::min<std::size_t>(names.size() - offset, 256))};
}

}  // namespace

ElfFile::ElfFile(std::shared_ptr<const ByteSource> source) : source_(std::move(source)) {
  std::array<unsigned char, EI_NIDENT> ident{};
  if (!source_->read(0, ident) || std::memcmp(ident.data(), ELFMAG, SELFMAG) != 0) {
    reason_ = Unresolved::not_elf;
    return;
  }
  constexpr auto native = std::endian::native == std::endian::little ? ELFDATA2LSB : ELFDATA2MSB;
  is_64bit_ = ident[EI_CLASS] == ELFCLASS64;
  if (ident[EI_DATA] != native || (!is_64bit_ && ident[EI_CLASS] != ELFCLASS32)) {
    reason_ = Unresolved::damaged_file;
    return;
  }
  const bool good =
      is_64bit_ ? parse<Elf64_Ehdr, Elf64_Phdr, Elf64_Shdr>() : parse<Elf32_Ehdr, Elf32_Phdr, Elf32_Shdr>();
  if (!good) reason_ = Unresolved::damaged_file;
}

template <class Header, class SegmentHeader, class SectionHeader>
bool ElfFile::parse() {
  Header header{};
  if (!source_->read(0, header)) return false;
  machine_ = header.e_machine;
  std::uint64_t segment_count = header.e_phnum;
  std::uint64_t section_count = header.e_shnum;
  std::uint64_t names_index = header.e_shstrndx;
  SectionHeader first{};
  if (header.e_shoff == 0) {
    section_count = 0;
  } else {
    if (header.e_shentsize != sizeof(SectionHeader) || !source_->read(header.e_shoff, first)) return false;
    // Counts too large for the header stand in the first section's header.
    if (section_count == 0) section_count = first.sh_size;
    if (segment_count == PN_XNUM) segment_count = first.sh_info;
    if (names_index == SHN_XINDEX) names_index = first.sh_link;
  }
  if (segment_count != 0 && header.e_phentsize != sizeof(SegmentHeader)) return false;
  if (!read_segments<SegmentHeader>(header.e_phoff, segment_count)) return false;
  return read_sections<SectionHeader>(header.e_shoff, section_count, names_index);
}

template <class SegmentHeader>
bool ElfFile::read_segments(std::uint64_t offset, std::uint64_t count) {
  if (count > most_segments || !source_->holds(offset, count * sizeof(SegmentHeader))) return false;
  std::vector<SegmentHeader> headers(count);
  if (!source_->read(offset, std::as_writable_bytes(std::span(headers)))) return false;
  for (const auto& header : headers) {
    if (header.p_type == PT_LOAD)
      segments_.add({header.p_offset, header.p_vaddr, header.p_filesz, header.p_memsz, (header.p_flags & PF_X) != 0,
                     header.p_align});
    if (header.p_type == PT_NOTE) look_for_build_id(header.p_offset, header.p_filesz);
  }
  return true;
}

template <class SectionHeader>
bool ElfFile::read_sections(std::uint64_t offset, std::uint64_t count, std::uint64_t names_index) {
  if (count > most_sections || (count != 0 && !source_->holds(offset, count * sizeof(SectionHeader)))) return false;
  std::vector<SectionHeader> headers(count);
  if (!source_->read(offset, std::as_writable_bytes(std::span(headers)))) return false;
  std::vector<std::byte> names;
  if (names_index < count && headers[names_index].sh_type != SHT_NOBITS) {
    const auto& strings = headers[names_index];
    if (!source_->holds(strings.sh_offset, strings.sh_size)) return false;
    names.resize(std::min<std::uint64_t>(strings.sh_size, most_name_bytes));
    if (!source_->read(strings.sh_offset, std::span(names))) return false;
  }
  sections_.reserve(count);
  for (const auto& header : headers) {
    sections_.push_back({name_at(names, header.sh_name), header.sh_type, header.sh_flags, header.sh_addr,
                         header.sh_offset, header.sh_size, header.sh_entsize, header.sh_link});
    // A separate debug file may have no usable segments, but it keeps the note.
    if (header.sh_type == SHT_NOTE) look_for_build_id(header.sh_offset, header.sh_size);
  }
  return true;
}

void ElfFile::look_for_build_id(std::uint64_t offset, std::uint64_t size) {
  if (!build_id_.empty() || !source_->holds(offset, size)) return;
  std::vector<std::byte> notes(std::min(size, most_note_bytes));
  if (!source_->read(offset, std::span(notes))) return;
  const auto id = support::find_build_id(notes);
  build_id_ = BuildId({reinterpret_cast<const std::uint8_t*>(id.data()), id.size()});
}

const ElfSection* ElfFile::find(std::string_view name) const noexcept {
  const auto found = std::ranges::find(sections_, name, &ElfSection::name);
  return found == sections_.end() ? nullptr : &*found;
}

const ElfSection* ElfFile::find(std::uint32_t type) const noexcept {
  const auto found = std::ranges::find(sections_, type, &ElfSection::type);
  return found == sections_.end() ? nullptr : &*found;
}

std::optional<std::uint64_t> ElfSegments::address_of_offset(std::uint64_t file_offset) const noexcept {
  const ElfSegment* best = nullptr;
  for (const auto& segment : segments_) {
    if (file_offset < segment.offset || file_offset - segment.offset >= segment.file_size) continue;
    if (best == nullptr || (segment.executable && !best->executable)) best = &segment;
  }
  if (best == nullptr) return std::nullopt;
  return file_offset - best->offset + best->address;
}

std::optional<std::uint64_t> ElfSegments::offset_of_address(std::uint64_t address) const noexcept {
  for (const auto& segment : segments_)
    if (address >= segment.address && address - segment.address < segment.file_size)
      return address - segment.address + segment.offset;
  return std::nullopt;
}

std::optional<std::uint64_t> ElfSegments::load_bias(std::uint64_t start, std::uint64_t file_offset) const noexcept {
  for (const auto& segment : segments_) {
    // Whole pages are mapped.
    const auto before = segment.alignment > 1 ? segment.offset % segment.alignment : 0;
    const auto first = segment.offset - before;
    if (segment.executable && file_offset >= first && file_offset - first < before + segment.file_size)
      return start - file_offset + segment.offset - segment.address;
  }
  return std::nullopt;
}

std::uint64_t ElfSegments::bias_from(const ElfSegments& debug) const noexcept {
  return empty() || debug.empty() ? 0 : base() - debug.base();
}

ElfSegments ElfSegments::of_binary() const {
  constexpr std::uint64_t page = 4096;
  ElfSegments binary;
  for (auto segment : segments_) {
    if (segment.file_size == 0 && segment.memory_size != 0) {
      // Linkers that give code pages of its own start it on one, in the file as in memory; others do not.
      if (segment.address % page != 0) continue;
      segment.offset = segment.address - base();
      segment.file_size = segment.memory_size;
    }
    binary.add(segment);
  }
  return binary;
}

std::optional<DebugLink> ElfFile::debug_link() const {
  const auto* section = find(".gnu_debuglink");
  if (section == nullptr || section->type == SHT_NOBITS || section->size < 8 || section->size > 4096)
    return std::nullopt;
  std::vector<char> content(section->size);
  if (!source_->read(section->offset, std::as_writable_bytes(std::span(content)))) return std::nullopt;
  DebugLink link;
  link.file_name.assign(content.data(), ::strnlen(content.data(), content.size() - 4));
  const bool plain = !link.file_name.empty() && link.file_name.find('/') == std::string::npos &&
                     link.file_name != "." && link.file_name != "..";
  const auto crc_at = (link.file_name.size() + 4) & ~std::size_t{3};
  if (!plain || crc_at + sizeof(link.crc) > content.size()) return std::nullopt;
  std::memcpy(&link.crc, content.data() + crc_at, sizeof(link.crc));
  return link;
}

}  // namespace bccxx::symbols
