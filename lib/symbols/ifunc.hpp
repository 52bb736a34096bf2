#pragma once
// Indirect functions: a symbol such as strlen names a resolver, and the code that runs was chosen at load time.

#include "symbols/binary.hpp"
#include "symbols/elf_file.hpp"
#include "symbols/elf_functions.hpp"

#include <bccxx/support/export.hpp>

#include <sys/types.h>

#include <cstdint>
#include <optional>

namespace bccxx::symbols {

/// The implementation behind an indirect function, and whose choice it is.
struct Implementation {
  std::uint64_t address = 0;  ///< before relocation
  pid_t chosen_by = 0;        ///< the process whose choice was read
};

/// Finds which implementation of `function`, one of `functions` of the binary, is in use.
///
/// The choice depends on the machine and, through tunables, on the process. With a pid it is read from that process;
/// else from this one, where it has the file mapped, else from any process that has. This process's dynamic linker is
/// asked, which runs the resolver of a library that is loaded here already. Of another process the words are read that
/// its dynamic linker filled in: those of the binary itself, and those of the others that import the name.
///
/// Returns: nullopt when no process that may be looked at has resolved it
[[nodiscard]] BCCXX_API std::optional<Implementation> resolve_indirect(const Binary& binary, const ElfFile& elf,
                                                                       const ElfFunctions& functions,
                                                                       const FunctionSymbol& function, pid_t pid = -1);

}  // namespace bccxx::symbols
