// Chooses the tables of a binary when it is first met, and answers from them.

#include "symbols/module.hpp"

#include <elf.h>
#include "symbols/mini_debug_info.hpp"

#include <algorithm>
#include <atomic>

namespace bccxx::symbols {
namespace {

/// Readable names kept for symbols already asked for.
constexpr std::size_t most_name_bytes = std::size_t{8} << 20;

bool has_dwarf(const ElfFile& file) {
  // The second is how it was called when it was first compressed.
  for (const auto* name : {".debug_info", ".zdebug_info"})
    if (const auto* section = file.find(name); section != nullptr && section->type != SHT_NOBITS) return true;
  return false;
}

std::size_t most_symbols(const SymbolOptions& options) { return options.memory_limit / sizeof(ElfSymbolTable::Symbol); }

}  // namespace

Module::Module(TargetFile file, std::string path, int root_fd, const SymbolOptions& options)
    : identity_(file.identity), path_(std::move(path)), reason_(file.reason), demangle_(options.demangle) {
  if (!file) return;
  if (file.is_trusted()) origin_ = NameOrigin::trusted;
  const auto source = std::make_shared<const FileSource>(std::move(file.fd), identity_.size);
  const ElfFile elf(source);
  if (options.lines && has_dwarf(elf)) dwarf_ = source;
  load(elf, root_fd, options);
}

Module::Module(const DebugFile& debug, const SymbolOptions& options)
    : path_("[debug file]"),
      build_id_(debug.file.build_id()),
      origin_(debug.trusted ? NameOrigin::trusted : NameOrigin::anybody),
      demangle_(options.demangle),
      segments_(debug.file.segments().of_binary()) {
  if (!add_table(debug.file, debug.file.find(std::uint32_t{SHT_SYMTAB}), 0, most_symbols(options)) &&
      reason_ == Unresolved::none)
    reason_ = Unresolved::no_symbol_table;
  if (options.lines && has_dwarf(debug.file)) dwarf_ = debug.source;
}

Module::Module(std::vector<std::byte> image, const SymbolOptions& options)
    : origin_(NameOrigin::trusted), demangle_(options.demangle) {
  load(ElfFile(std::make_shared<const MemorySource>(std::move(image))), -1, options);
}

std::uint64_t Module::next_key() noexcept {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

void Module::load(const ElfFile& file, int root_fd, const SymbolOptions& options) {
  build_id_ = file.build_id();
  reason_ = file.reason();
  if (reason_ != Unresolved::none) return;
  segments_ = file.segments();
  const auto most = most_symbols(options);
  const auto* own = file.find(std::uint32_t{SHT_SYMTAB});
  const bool complete = own != nullptr && own->type != SHT_NOBITS && add_table(file, own, 0, most);
  if (!complete || (options.lines && dwarf_ == nullptr)) {
    if (const auto debug = find_debug_file(file, path_, root_fd, options)) {
      const auto bias = file.segments().bias_from(debug->file.segments());
      if (!debug->trusted) origin_ = NameOrigin::anybody;
      if (!complete) add_table(debug->file, debug->file.find(std::uint32_t{SHT_SYMTAB}), bias, most);
      if (options.lines && dwarf_ == nullptr && has_dwarf(debug->file)) {
        dwarf_ = debug->source;
        dwarf_bias_ = bias;
      }
    }
  }
  if (!complete) {
    if (const auto small = read_mini_debug_info(file))
      add_table(*small, small->find(std::uint32_t{SHT_SYMTAB}), file.segments().bias_from(small->segments()), most);
    add_table(file, file.find(std::uint32_t{SHT_DYNSYM}), 0, most);
  }
  if (!tables_.empty())
    reason_ = Unresolved::none;
  else if (reason_ == Unresolved::none)
    reason_ = Unresolved::no_symbol_table;
}

bool Module::add_table(const ElfFile& file, const ElfSection* section, std::uint64_t bias, std::size_t most) {
  if (section == nullptr) return false;
  ElfSymbolTable table(file, *section, bias, most);
  if (table.reason() != Unresolved::none) reason_ = table.reason();
  if (table.empty()) return false;
  table.keep_names();
  tables_.push_back(std::move(table));
  return true;
}

std::optional<Module::Found> Module::find(std::uint64_t file_offset) {
  const auto address = segments_.address_of_offset(file_offset);
  if (!address) return std::nullopt;
  for (const auto& table : tables_)
    if (const auto* symbol = table.find(*address)) return Found{&name_of(table, *symbol), *address - symbol->address};
  return std::nullopt;
}

const std::string& Module::name_of(const ElfSymbolTable& table, const ElfSymbolTable::Symbol& symbol) {
  if (const auto known = names_.find(&symbol); known != names_.end()) return known->second;
  auto name = table.name(symbol);
  if (demangle_) name = demangle(std::move(name), origin_);
  if (names_size_ > most_name_bytes) {
    names_.clear();
    names_size_ = 0;
  }
  names_size_ += name.capacity() + sizeof(std::string) + 4 * sizeof(void*);
  return names_.emplace(&symbol, std::move(name)).first->second;
}

std::optional<std::uint64_t> Module::offset_of(std::string_view name) {
  for (const auto& table : tables_)
    if (const auto symbol = table.find(name)) return segments_.offset_of_address(symbol->address);
  // Readable names of functions have arguments or a scope; no other name is worth reading all of them.
  if (name.find_first_of("(:") == std::string_view::npos) return std::nullopt;
  for (const auto& table : tables_)
    for (const auto& symbol : table.symbols())
      if (demangle(table.name(symbol), origin_) == name) return segments_.offset_of_address(symbol.address);
  return std::nullopt;
}

std::size_t Module::memory_size() const noexcept {
  std::size_t size = sizeof(Module) + names_size_;
  for (const auto& table : tables_) size += table.memory_size();
  return size;
}

int Module::dwarf_fd() const noexcept { return dwarf_ == nullptr ? -1 : dwarf_->fd(); }

std::optional<std::uint64_t> Module::dwarf_address(std::uint64_t file_offset) const {
  const auto address = dwarf_ == nullptr ? std::nullopt : segments_.address_of_offset(file_offset);
  if (!address) return std::nullopt;
  return *address - dwarf_bias_;
}

}  // namespace bccxx::symbols
