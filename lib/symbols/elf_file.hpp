#pragma once
// The headers of an ELF file somebody else made: every number in it is checked before it is used.

#include "symbols/byte_source.hpp"

#include <bccxx/symbols/frame.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bccxx::symbols {

struct ElfSection {
  std::string name;
  std::uint32_t type = 0;
  std::uint64_t flags = 0;
  std::uint64_t address = 0;
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
  std::uint64_t entry_size = 0;
  std::uint32_t link = 0;
};

struct ElfSegment {
  std::uint64_t offset = 0;
  std::uint64_t address = 0;
  std::uint64_t file_size = 0;
  std::uint64_t memory_size = 0;
  bool executable = false;
  std::uint64_t alignment = 1;
};

/// The PT_LOAD segments: how offsets in the file and addresses before relocation correspond.
class BCCXX_API ElfSegments {
 public:
  void add(const ElfSegment& segment) { segments_.push_back(segment); }
  [[nodiscard]] bool empty() const noexcept { return segments_.empty(); }
  /// The address of the first segment, which tells a prelinked binary from its debug file.
  [[nodiscard]] std::uint64_t base() const noexcept { return segments_.empty() ? 0 : segments_.front().address; }
  [[nodiscard]] std::optional<std::uint64_t> address_of_offset(std::uint64_t file_offset) const noexcept;
  [[nodiscard]] std::optional<std::uint64_t> offset_of_address(std::uint64_t address) const noexcept;
  /// How far memory's addresses are from these when code from `file_offset` on is mapped at `start`; nullopt when no
  /// executable segment holds it.
  [[nodiscard]] std::optional<std::uint64_t> load_bias(std::uint64_t start, std::uint64_t file_offset) const noexcept;
  /// How far these addresses are from those of a debug file, which differ after prelinking.
  [[nodiscard]] std::uint64_t bias_from(const ElfSegments& debug) const noexcept;
  /// The segments of the binary that a debug file made by objcopy belongs to: the file no longer says where in the
  /// binary they were. Left out is what a linker may have put elsewhere than at its distance from the first one.
  [[nodiscard]] ElfSegments of_binary() const;

 private:
  std::vector<ElfSegment> segments_;
};

struct DebugLink {
  std::string file_name;
  std::uint32_t crc = 0;
};

class BCCXX_API ElfFile {
 public:
  /// Never throws for what the bytes are: `reason()` says what is wrong with them.
  explicit ElfFile(std::shared_ptr<const ByteSource> source);

  [[nodiscard]] Unresolved reason() const noexcept { return reason_; }
  [[nodiscard]] const std::shared_ptr<const ByteSource>& source() const noexcept { return source_; }
  [[nodiscard]] bool is_64bit() const noexcept { return is_64bit_; }
  /// EM_X86_64 and the like.
  [[nodiscard]] std::uint16_t machine() const noexcept { return machine_; }
  [[nodiscard]] const std::vector<ElfSection>& sections() const noexcept { return sections_; }
  [[nodiscard]] const ElfSegments& segments() const noexcept { return segments_; }
  [[nodiscard]] const BuildId& build_id() const noexcept { return build_id_; }
  [[nodiscard]] const ElfSection* find(std::string_view name) const noexcept;
  [[nodiscard]] const ElfSection* find(std::uint32_t type) const noexcept;

  /// The file name and checksum of .gnu_debuglink; only a plain file name counts.
  [[nodiscard]] std::optional<DebugLink> debug_link() const;

 private:
  template <class Header, class SegmentHeader, class SectionHeader>
  bool parse();
  template <class SegmentHeader>
  bool read_segments(std::uint64_t offset, std::uint64_t count);
  template <class SectionHeader>
  bool read_sections(std::uint64_t offset, std::uint64_t count, std::uint64_t names_index);
  void look_for_build_id(std::uint64_t offset, std::uint64_t size);

  std::shared_ptr<const ByteSource> source_;
  Unresolved reason_ = Unresolved::none;
  bool is_64bit_ = true;
  std::uint16_t machine_ = 0;
  std::vector<ElfSection> sections_;
  ElfSegments segments_;
  BuildId build_id_;
};

}  // namespace bccxx::symbols
