#pragma once
// The notes that <sys/sdt.h> leaves in a binary, one for each place of a probe.

#include "symbols/elf_file.hpp"

#include <bccxx/support/export.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bccxx::symbols {

/// Addresses are those before relocation, as the binary is now: prelinking has been undone.
struct UsdtNote {
  std::string provider;
  std::string name;
  std::string arguments;  ///< for example "-4@%eax 8@-16(%rbp)"
  std::uint64_t location = 0;
  std::uint64_t semaphore = 0;  ///< 0 for none

  friend bool operator==(const UsdtNote&, const UsdtNote&) = default;
};

/// The notes in their order, of a file at most 16384 and 4 MiB. Never throws for what the bytes are: a damaged section
/// ends at the damage.
[[nodiscard]] BCCXX_API std::vector<UsdtNote> read_usdt_notes(const ElfFile& file);

struct SymbolAddress {
  std::optional<std::uint64_t> address;
  /// Other symbols of that name, local ones of other source files, are elsewhere.
  bool ambiguous = false;
};

/// The address before relocation of a variable or function of the binary's own symbol tables.
[[nodiscard]] BCCXX_API SymbolAddress address_of_symbol(const ElfFile& file, std::string_view name);

}  // namespace bccxx::symbols
