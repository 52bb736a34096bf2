// Each name is looked up once, by reading the binary's tables from end to end.

#include "runtime/usdt_variables.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace bccxx::runtime {
namespace {

// Somebody else's binary decides how many names there are, and how much is read for each of them.
constexpr std::uint64_t most_bytes_read = std::uint64_t{8} << 30;
constexpr std::uint64_t most_names = 4096;
constexpr std::uint64_t names_of_any_binary = 8;

}  // namespace

UsdtVariables::UsdtVariables(const symbols::ElfFile& elf)
    : elf_(elf),
      most_(std::clamp(most_bytes_read / std::max<std::uint64_t>(elf.source()->size(), 1), names_of_any_binary,
                       most_names)) {}

void UsdtVariables::resolve(UsdtArgument& argument) {
  if (argument.deref_ident.empty() || !argument.unreadable.empty()) return;
  if (addresses_.size() == most_ && addresses_.count(argument.deref_ident) == 0) {
    argument.unreadable = fmt::format("{} names a variable after {} others, too many to look up", argument.spec, most_);
    return;
  }
  const auto [known, first] = addresses_.try_emplace(argument.deref_ident);
  if (first) known->second = symbols::address_of_symbol(elf_, argument.deref_ident);
  const auto& [address, ambiguous] = known->second;
  if (!address || ambiguous) {
    argument.unreadable =
        fmt::format("{} names a variable that the binary has {} of", argument.spec, address ? "several" : "no symbol");
    return;
  }
  argument.ident_address = *address;
}

}  // namespace bccxx::runtime
