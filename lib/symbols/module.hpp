#pragma once
// The symbols of one binary: its own tables, else those of its debug file.

#include "symbols/debug_files.hpp"
#include "symbols/demangle.hpp"
#include "symbols/elf_file.hpp"
#include "symbols/elf_symbol_table.hpp"
#include "symbols/target_file.hpp"

#include <bccxx/symbols/symboliser.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace bccxx::symbols {

class BCCXX_API Module {
 public:
  struct Found {
    const std::string* name = nullptr;
    std::uint64_t offset = 0;
  };

  /// A binary from a file; `root_fd` is the root of a process that uses it, or -1.
  Module(TargetFile file, std::string path, int root_fd, const SymbolOptions& options);
  /// A binary of which there is only the debug file.
  Module(const DebugFile& debug, const SymbolOptions& options);
  /// A binary that is only in memory, such as the vdso.
  Module(std::vector<std::byte> image, const SymbolOptions& options);

  [[nodiscard]] const FileIdentity& identity() const noexcept { return identity_; }
  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  [[nodiscard]] const BuildId& build_id() const noexcept { return build_id_; }
  /// Why it has no symbols at all.
  [[nodiscard]] Unresolved reason() const noexcept { return reason_; }

  /// The function at an offset of the file; the name stays valid until the next call.
  [[nodiscard]] std::optional<Found> find(std::uint64_t file_offset);
  /// The offset in the file of the function called `name`, mangled or not.
  [[nodiscard]] std::optional<std::uint64_t> offset_of(std::string_view name);
  [[nodiscard]] std::size_t memory_size() const noexcept;

  /// Tells it from every other module there ever was.
  [[nodiscard]] std::uint64_t key() const noexcept { return key_; }
  /// Who can have written it, or its debug file.
  [[nodiscard]] NameOrigin origin() const noexcept { return origin_; }
  /// The file that holds DWARF, or -1; `dwarf_address` is where the bytes at an offset of the binary are in it, nothing
  /// when there is none.
  [[nodiscard]] int dwarf_fd() const noexcept;
  [[nodiscard]] std::optional<std::uint64_t> dwarf_address(std::uint64_t file_offset) const;

 private:
  [[nodiscard]] static std::uint64_t next_key() noexcept;
  void load(const ElfFile& file, int root_fd, const SymbolOptions& options);
  /// Says whether the table is of any use.
  bool add_table(const ElfFile& file, const ElfSection* section, std::uint64_t bias, std::size_t most_symbols);
  const std::string& name_of(const ElfSymbolTable& table, const ElfSymbolTable::Symbol& symbol);

  std::uint64_t key_ = next_key();
  FileIdentity identity_;
  std::string path_;
  BuildId build_id_;
  Unresolved reason_ = Unresolved::none;
  NameOrigin origin_ = NameOrigin::anybody;
  bool demangle_ = true;
  ElfSegments segments_;
  std::vector<ElfSymbolTable> tables_;
  std::unordered_map<const ElfSymbolTable::Symbol*, std::string> names_;
  std::size_t names_size_ = 0;
  std::shared_ptr<const FileSource> dwarf_;
  std::uint64_t dwarf_bias_ = 0;
};

}  // namespace bccxx::symbols
