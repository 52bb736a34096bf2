#pragma once
// The version of each dynamic symbol, such as GLIBC_2.14, as .gnu.version and .gnu.version_d give it.

#include "symbols/elf_file.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace bccxx::symbols {

struct ElfVersion {
  std::string name;
  /// New programs are linked to this one.
  bool is_default = true;
};

class BCCXX_API ElfVersions {
 public:
  /// Of a file without versions, or with damaged ones, every symbol has none.
  explicit ElfVersions(const ElfFile& file);

  [[nodiscard]] ElfVersion of(std::uint64_t symbol_index) const;

 private:
  void read_definitions(const ElfFile& file);

  std::vector<std::uint16_t> of_symbol_;
  std::map<unsigned, std::string> names_;
};

}  // namespace bccxx::symbols
