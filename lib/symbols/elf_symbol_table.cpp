// Keeps what can be executed, and answers by binary search.

#include "symbols/elf_symbol_table.hpp"

#include "symbols/elf_symbol_section.hpp"

#include <elf.h>
#include <algorithm>
#include <tuple>

namespace bccxx::symbols {
namespace {

constexpr std::uint64_t most_kept_name_bytes = std::uint64_t{16} << 20;
/// How far back a function that holds smaller ones is looked for.
constexpr int most_steps_back = 32;

/// Lower is better: what is visible outside names a function better than an alias nobody can call.
std::uint32_t rank_of(const ElfSymbol& symbol) {
  switch (symbol.binding) {
    case STB_GLOBAL:
      return 0;
    case STB_WEAK:
      return 1;
    default:
      return 2;
  }
}

}  // namespace

ElfSymbolTable::ElfSymbolTable(const ElfFile& file, const ElfSection& section, std::uint64_t bias,
                               std::size_t most_symbols) {
  const ElfSymbolSection table(file, section);
  reason_ = table.reason();
  if (reason_ != Unresolved::none) return;
  names_ = table.names();
  read(table, file.sections(), bias, most_symbols);
  if (reason_ == Unresolved::none)
    sort();
  else
    symbols_ = {};
}

void ElfSymbolTable::read(const ElfSymbolSection& table, const std::vector<ElfSection>& sections, std::uint64_t bias,
                          std::size_t most_symbols) {
  std::size_t count = 0;
  reason_ = Unresolved::damaged_file;
  if (!table.for_each([&](std::uint64_t, const ElfSymbol& symbol) { count += symbol.is_function() ? 1U : 0U; })) return;
  if (count > most_symbols) {
    reason_ = Unresolved::file_too_large;
    return;
  }
  // Counted first, so that a large table takes its own size once and not what a growing vector takes.
  symbols_.reserve(count);
  const auto add = [&](std::uint64_t, const ElfSymbol& symbol) {
    if (!symbol.is_function() || symbols_.size() == count) return;
    auto size = symbol.size;
    auto rank = rank_of(symbol);
    if (size == 0) {
      rank = Symbol::unsized;
      if (symbol.section < sections.size()) {
        const auto& holder = sections[symbol.section];
        if (symbol.value - holder.address < holder.size) size = holder.size - (symbol.value - holder.address);
      }
    }
    const auto cut = static_cast<std::uint32_t>(std::min<std::uint64_t>(size, Symbol::size_mask));
    symbols_.push_back({symbol.value + bias, cut | rank << Symbol::size_bits, symbol.name});
  };
  if (table.for_each(add)) reason_ = Unresolved::none;
}

void ElfSymbolTable::sort() {
  std::ranges::sort(symbols_, {},
                    [](const Symbol& symbol) { return std::tuple(symbol.address, symbol.rank(), symbol.name); });
}

const ElfSymbolTable::Symbol* ElfSymbolTable::find(std::uint64_t address) const noexcept {
  auto at = std::ranges::upper_bound(symbols_, address, {}, &Symbol::address);
  for (int step = 0; at != symbols_.begin() && step < most_steps_back; ++step) {
    at = std::ranges::lower_bound(symbols_.begin(), at, std::prev(at)->address, {}, &Symbol::address);
    // An unsized one ends where the next starts, and that is past the address only on the first step.
    if ((at->is_sized() || step == 0) && address - at->address < at->size()) return &*at;
  }
  return nullptr;
}

std::optional<ElfSymbolTable::Symbol> ElfSymbolTable::find(std::string_view wanted) const {
  const auto places = names_.find(wanted);
  const auto named = [&](const Symbol& symbol) { return std::ranges::binary_search(places, symbol.name); };
  const auto found = places.empty() ? symbols_.end() : std::ranges::find_if(symbols_, named);
  return found == symbols_.end() ? std::nullopt : std::optional(*found);
}

std::size_t ElfSymbolTable::memory_size() const noexcept {
  return symbols_.capacity() * sizeof(Symbol) + names_.memory_size();
}

bool ElfSymbolTable::keep_names() { return symbols_.empty() || names_.keep(most_kept_name_bytes); }

}  // namespace bccxx::symbols
