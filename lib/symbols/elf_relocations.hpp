#pragma once
// The words that the dynamic linker fills in with addresses of functions.

#include "symbols/elf_file.hpp"

#include <bccxx/support/export.hpp>

#include <cstdint>
#include <string_view>
#include <vector>

namespace bccxx::symbols {

/// Where the address of an imported function called `name` is put; before relocation.
[[nodiscard]] BCCXX_API std::vector<std::uint64_t> import_slots(const ElfFile& file, std::string_view name);

/// Where the choice of the resolver at `resolver`, in this file, is put; before relocation.
[[nodiscard]] BCCXX_API std::vector<std::uint64_t> indirect_slots(const ElfFile& file, std::uint64_t resolver);

}  // namespace bccxx::symbols
