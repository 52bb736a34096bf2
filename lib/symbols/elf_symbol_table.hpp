#pragma once
// The functions of one ELF symbol table, sorted by address, 16 bytes each; names stay in the file until asked for.

#include "symbols/elf_file.hpp"
#include "symbols/elf_strings.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bccxx::symbols {

class ElfSymbolSection;

class BCCXX_API ElfSymbolTable {
 public:
  struct Symbol {
    std::uint64_t address = 0;
    std::uint32_t size_and_rank = 0;
    std::uint32_t name = 0;

    /// Where the table gives no size, up to the end of the section; such a symbol also ends where the next one starts.
    [[nodiscard]] std::uint32_t size() const noexcept { return size_and_rank & size_mask; }
    [[nodiscard]] bool is_sized() const noexcept { return rank() != unsized; }
    /// Of several names for one address the lowest is the best.
    [[nodiscard]] std::uint32_t rank() const noexcept { return size_and_rank >> size_bits; }
    static constexpr unsigned size_bits = 30;
    static constexpr std::uint32_t size_mask = (std::uint32_t{1} << size_bits) - 1;
    static constexpr std::uint32_t unsized = 3;
  };

  ElfSymbolTable() = default;
  /// Reads the table in `section`. Damage gives an empty table and a reason, never an exception.
  /// `bias` is added to every address; at most `most_symbols` functions are accepted.
  ElfSymbolTable(const ElfFile& file, const ElfSection& section, std::uint64_t bias, std::size_t most_symbols);

  [[nodiscard]] Unresolved reason() const noexcept { return reason_; }
  [[nodiscard]] bool empty() const noexcept { return symbols_.empty(); }
  /// Ascending by address; of several names for one address the best comes first.
  [[nodiscard]] std::span<const Symbol> symbols() const noexcept { return symbols_; }
  /// The function that covers `address`.
  [[nodiscard]] const Symbol* find(std::uint64_t address) const noexcept;
  [[nodiscard]] std::string name(const Symbol& symbol) const { return names_.at(symbol.name); }
  [[nodiscard]] std::optional<Symbol> find(std::string_view name) const;
  [[nodiscard]] std::size_t memory_size() const noexcept;
  /// Reads the names into memory when they are few, so that the file need not stay open. Says whether they were.
  bool keep_names();

 private:
  void read(const ElfSymbolSection& table, const std::vector<ElfSection>& sections, std::uint64_t bias,
            std::size_t most_symbols);
  void sort();

  ElfStrings names_;
  std::vector<Symbol> symbols_;
  Unresolved reason_ = Unresolved::none;
};

}  // namespace bccxx::symbols
