#pragma once
// A symbol table as it stands in the file, read in blocks: what both lookups, by address and by name, start from.

#include "symbols/elf_file.hpp"
#include "symbols/elf_strings.hpp"

#include <cstdint>
#include <functional>

namespace bccxx::symbols {

struct ElfSymbol {
  std::uint32_t name = 0;
  std::uint16_t section = 0;
  std::uint8_t type = 0;
  std::uint8_t binding = 0;
  std::uint64_t value = 0;
  std::uint64_t size = 0;

  [[nodiscard]] bool is_indirect() const noexcept;
  /// A function that is in this file.
  [[nodiscard]] bool is_function() const noexcept;
};

class BCCXX_API ElfSymbolSection {
 public:
  /// Never throws for what the bytes are: `reason()` says what is wrong with them.
  ElfSymbolSection(const ElfFile& file, const ElfSection& section);

  [[nodiscard]] Unresolved reason() const noexcept { return reason_; }
  [[nodiscard]] std::uint64_t size() const noexcept { return count_; }
  [[nodiscard]] const ElfStrings& names() const noexcept { return names_; }
  [[nodiscard]] ElfStrings& names() noexcept { return names_; }
  /// Calls `take(index, symbol)` for each; false when the file ended before.
  bool for_each(const std::function<void(std::uint64_t, const ElfSymbol&)>& take) const;

 private:
  template <class Raw>
  bool read(const std::function<void(std::uint64_t, const ElfSymbol&)>& take) const;

  std::shared_ptr<const ByteSource> source_;
  std::uint64_t offset_ = 0;
  std::uint64_t count_ = 0;
  bool is_64bit_ = true;
  ElfStrings names_;
  Unresolved reason_ = Unresolved::none;
};

}  // namespace bccxx::symbols
