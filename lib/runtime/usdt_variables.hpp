#pragma once
// The variables of a binary that the arguments of its USDT probes name.

#include "symbols/usdt_notes.hpp"

#include <bccxx/runtime/usdt.hpp>
#include <bccxx/support/export.hpp>

#include <cstddef>
#include <map>
#include <string>

namespace bccxx::runtime {

/// Refers to the binary, which must live as long.
class BCCXX_API UsdtVariables {
 public:
  explicit UsdtVariables(const symbols::ElfFile& elf);

  /// Sets the address of the variable that an argument names, or why the argument cannot be read.
  void resolve(UsdtArgument& argument);

 private:
  const symbols::ElfFile& elf_;
  std::size_t most_;
  std::map<std::string, symbols::SymbolAddress> addresses_;
};

}  // namespace bccxx::runtime
