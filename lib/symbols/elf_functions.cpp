// A question reads the strings once to learn where the name stands, then the table for who uses it.

#include "symbols/elf_functions.hpp"

#include "symbols/mini_debug_info.hpp"

#include <elf.h>
#include <algorithm>

namespace bccxx::symbols {
namespace {

/// A library's names are read again for each question unless they are as few as this.
constexpr std::uint64_t most_kept_name_bytes = std::uint64_t{4} << 20;

bool may_be_probed(const ElfSymbol& symbol) { return symbol.is_function() && symbol.value != 0; }

}  // namespace

ElfFunctions::ElfFunctions(const ElfFile& binary, const std::optional<DebugFile>& debug) {
  add(binary, SHT_DYNSYM, 0);
  if (add(binary, SHT_SYMTAB, 0)) return;
  if (debug) {
    add(debug->file, SHT_SYMTAB, binary.segments().bias_from(debug->file.segments()));
  } else if (const auto small = read_mini_debug_info(binary)) {
    add(*small, SHT_SYMTAB, binary.segments().bias_from(small->segments()));
  }
}

bool ElfFunctions::add(const ElfFile& file, std::uint32_t type, std::uint64_t bias) {
  const auto* section = file.find(type);
  if (section == nullptr || section->type == SHT_NOBITS) return false;
  Table table{ElfSymbolSection(file, *section), std::nullopt, bias};
  if (table.section.reason() != Unresolved::none) return false;
  if (type == SHT_DYNSYM) table.versions.emplace(file);
  table.section.names().keep(most_kept_name_bytes);
  tables_.push_back(std::move(table));
  return true;
}

FunctionSymbol ElfFunctions::function_of(const Table& table, std::uint64_t index, const ElfSymbol& symbol) {
  FunctionSymbol function{
      table.section.names().at(symbol.name), {}, true, symbol.value + table.bias, symbol.size, symbol.is_indirect()};
  if (table.versions) {
    auto version = table.versions->of(index);
    function.version = std::move(version.name);
    function.default_version = version.is_default;
  }
  // .symtab writes versions into the name.
  if (const auto at = function.name.find('@'); at != std::string::npos && at != 0) {
    function.default_version = function.name.compare(at, 2, "@@") == 0;
    function.version = function.name.substr(at + (function.default_version ? 2 : 1));
    function.name.resize(at);
  }
  return function;
}

std::vector<FunctionSymbol> ElfFunctions::all() const {
  std::vector<FunctionSymbol> functions;
  for (const auto& table : tables_) {
    table.section.for_each([&](std::uint64_t index, const ElfSymbol& symbol) {
      if (!may_be_probed(symbol)) return;
      auto function = function_of(table, index, symbol);
      if (!function.name.empty()) functions.push_back(std::move(function));
    });
  }
  return functions;
}

std::vector<FunctionSymbol> ElfFunctions::named(std::string_view name) const {
  std::vector<FunctionSymbol> functions;
  for (const auto& table : tables_) {
    const auto places = table.section.names().find(name, {"\0@", 2});
    if (places.empty()) continue;
    table.section.for_each([&](std::uint64_t index, const ElfSymbol& symbol) {
      if (!may_be_probed(symbol) || !std::ranges::binary_search(places, symbol.name)) return;
      functions.push_back(function_of(table, index, symbol));
    });
  }
  return functions;
}

std::optional<FunctionSymbol> ElfFunctions::find(std::string_view name) const {
  const auto plain = name.substr(0, name.find('@', 1));
  auto version = name.substr(plain.size());
  version.remove_prefix(std::min(version.find_first_not_of('@'), version.size()));
  auto functions = named(plain);
  auto found = std::ranges::find_if(functions, [&](const FunctionSymbol& function) {
    return version.empty() ? function.default_version : function.version == version;
  });
  if (found == functions.end() && version.empty()) found = functions.begin();
  return found == functions.end() ? std::nullopt : std::optional(std::move(*found));
}

}  // namespace bccxx::symbols
