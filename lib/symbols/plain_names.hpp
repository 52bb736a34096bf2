#pragma once
// Finding a C++ function by the name its author wrote.

#include "symbols/demangle.hpp"
#include "symbols/elf_functions.hpp"

#include <bccxx/support/export.hpp>

#include <string_view>
#include <vector>

namespace bccxx::symbols {

/// Whether no function in C could be called so.
[[nodiscard]] BCCXX_API bool is_plain_name(std::string_view name) noexcept;

/// Whether `name` is a way to write a demangled name: with its parameters or without, with the result that templates
/// show or without, with blanks anywhere.
[[nodiscard]] BCCXX_API bool is_way_to_write(std::string_view name, std::string_view demangled);

/// The functions that may be written so, one for each address. What a compiler split off ("[clone .cold]") counts only
/// when it is asked for or when there is nothing else.
[[nodiscard]] BCCXX_API std::vector<FunctionSymbol> find_plain(const ElfFunctions& functions, std::string_view name,
                                                               NameOrigin origin);

}  // namespace bccxx::symbols
