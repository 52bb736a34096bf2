// Library names, symbols, versions, indirect functions.

#include "runtime/uprobe_place.hpp"

#include "support/nearest_names.hpp"
#include "support/system_call.hpp"
#include "symbols/debug_files.hpp"
#include "symbols/demangle.hpp"
#include "symbols/elf_functions.hpp"
#include "symbols/ifunc.hpp"
#include "symbols/plain_names.hpp"

#include <bccxx/support/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <regex>
#include <set>
#include <stdexcept>
#include <tuple>

namespace bccxx::runtime {
namespace {

struct OpenedBinary {
  symbols::Binary binary;
  std::string path;
  symbols::ElfFile elf;
  symbols::ElfFunctions functions;
};

OpenedBinary open_binary(const std::string& name, int pid) {
  auto binary = symbols::open_binary(name, pid);
  if (!binary) throw NotFound("binary", name);
  auto path = binary->path_from_here(pid);
  symbols::ElfFile elf(binary->source);
  if (elf.reason() != Unresolved::none) support::fail(ENOEXEC, "read symbols of", path);
  const auto debug = symbols::find_debug_file(elf, binary->path, binary->root ? binary->root.get() : -1, {});
  symbols::ElfFunctions functions(elf, debug);
  return {std::move(*binary), std::move(path), std::move(elf), std::move(functions)};
}

/// What to ask for instead: with parameters where these differ, else as linked.
std::vector<std::string> told_apart(const std::vector<symbols::FunctionSymbol>& functions, symbols::NameOrigin origin) {
  std::set<std::string> plain;
  std::vector<std::string> linked;
  for (const auto& function : functions) {
    plain.insert(symbols::demangle(function.name, origin));
    linked.push_back(function.name);
  }
  return plain.size() == functions.size() ? std::vector<std::string>(plain.begin(), plain.end()) : linked;
}

symbols::FunctionSymbol find_function(const OpenedBinary& binary, const std::string& name) {
  if (auto function = binary.functions.find(name)) return *std::move(function);
  const auto origin = binary.binary.trusted ? symbols::NameOrigin::trusted : symbols::NameOrigin::anybody;
  auto plain = symbols::find_plain(binary.functions, name, origin);
  if (plain.size() == 1) return std::move(plain.front());
  if (plain.size() > 1) throw NotFound("single function of " + binary.path, name, told_apart(plain, origin));
  std::set<std::string> names;
  for (auto& function : binary.functions.all()) {
    names.insert(symbols::is_plain_name(name) ? symbols::demangle(std::move(function.name), origin)
                                              : std::move(function.name));
  }
  throw NotFound("function of " + binary.path, name, support::nearest_names(name, {names.begin(), names.end()}));
}

std::uint64_t implementation_of(const OpenedBinary& opened, const symbols::FunctionSymbol& function, int pid) {
  const auto found = symbols::resolve_indirect(opened.binary, opened.elf, opened.functions, function, pid);
  if (found) return found->address;
  throw NotSupported(fmt::format("probing the indirect function {} of {}", function.name, opened.path),
                     "a process that has it loaded, or an address", "none that has chosen its implementation");
}

}  // namespace

OpenedPlace open_uprobe_place(const UprobeTarget& target) {
  if (target.symbol.empty() != target.address.has_value()) {
    throw std::invalid_argument("a uprobe needs a symbol or an address");
  }
  auto opened = open_binary(target.binary, target.pid);
  UprobePlace place;
  place.path = opened.path;
  auto address = target.address.value_or(0);
  if (!target.symbol.empty()) {
    const auto function = find_function(opened, target.symbol);
    place.symbol = function.name;
    place.indirect = function.indirect;
    address = function.indirect ? implementation_of(opened, function, target.pid) : function.address;
  }
  const auto offset = opened.elf.segments().offset_of_address(address + target.offset);
  if (!offset) throw NotFound("code of " + place.path + " at address", fmt::format("{:#x}", address + target.offset));
  place.file_offset = *offset;
  return {std::move(place), std::move(opened.binary)};
}

std::vector<UserFunction> get_user_functions_and_addresses(const std::string& binary, const std::string& expression) {
  const std::regex pattern(expression);
  std::vector<UserFunction> found;
  for (auto& function : open_binary(binary, -1).functions.all()) {
    if (!std::regex_search(function.name, pattern, std::regex_constants::match_continuous)) continue;
    found.push_back({std::move(function.name), function.address});
  }
  const auto key = [](const UserFunction& f) { return std::tie(f.address, f.name); };
  std::sort(found.begin(), found.end(), [key](const auto& a, const auto& b) { return key(a) < key(b); });
  const auto same = [key](const auto& a, const auto& b) { return key(a) == key(b); };
  found.erase(std::unique(found.begin(), found.end(), same), found.end());
  return found;
}

std::vector<std::string> get_user_functions(const std::string& binary, const std::string& expression) {
  std::set<std::string> names;
  for (auto& function : get_user_functions_and_addresses(binary, expression)) names.insert(std::move(function.name));
  return {names.begin(), names.end()};
}

}  // namespace bccxx::runtime
