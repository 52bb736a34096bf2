#pragma once
// The symbol table some distributions leave, compressed, in a stripped binary.

#include "symbols/elf_file.hpp"

#include <optional>

namespace bccxx::symbols {

/// The ELF file within .gnu_debugdata; nullopt when there is none, or it is larger than a symbol table ever is.
[[nodiscard]] BCCXX_API std::optional<ElfFile> read_mini_debug_info(const ElfFile& binary);

}  // namespace bccxx::symbols
