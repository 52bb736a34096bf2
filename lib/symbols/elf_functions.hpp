#pragma once
// The functions of a binary by name, with versions: what a uprobe needs.

#include "symbols/debug_files.hpp"
#include "symbols/elf_file.hpp"
#include "symbols/elf_symbol_section.hpp"
#include "symbols/elf_versions.hpp"

#include <bccxx/support/export.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bccxx::symbols {

/// One function of a symbol table.
struct FunctionSymbol {
  std::string name;     ///< as linked (mangled), without its version
  std::string version;  ///< for example "GLIBC_2.14"; empty when it has none
  bool default_version = true;
  std::uint64_t address = 0;  ///< before relocation
  std::uint64_t size = 0;     ///< 0 when the table gives none
  bool indirect = false;      ///< STT_GNU_IFUNC: the address is of a resolver, not of the function
};

/// The defined functions of .dynsym, and of .symtab: the binary's, else its debug file's, else the compressed one.
class BCCXX_API ElfFunctions {
 public:
  explicit ElfFunctions(const ElfFile& binary, const std::optional<DebugFile>& debug = std::nullopt);

  [[nodiscard]] std::vector<FunctionSymbol> all() const;
  /// Every version of the function called `name`.
  [[nodiscard]] std::vector<FunctionSymbol> named(std::string_view name) const;
  /// The function called `name`, or "name@VERSION". Without a version, the one new programs are linked to.
  [[nodiscard]] std::optional<FunctionSymbol> find(std::string_view name) const;

 private:
  struct Table {
    ElfSymbolSection section;
    std::optional<ElfVersions> versions;
    std::uint64_t bias = 0;
  };
  bool add(const ElfFile& file, std::uint32_t type, std::uint64_t bias);
  static FunctionSymbol function_of(const Table& table, std::uint64_t index, const ElfSymbol& symbol);

  std::vector<Table> tables_;
};

}  // namespace bccxx::symbols
