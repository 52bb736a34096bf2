// Demangling is the costly part, so it is done to names that have the wanted one's last word in them, and only when
// that finds nothing to all.

#include "symbols/plain_names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <set>
#include <string>
#include <utility>

namespace bccxx::symbols {
namespace {

bool of_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

std::string without_blanks(std::string_view text) {
  std::string dense;
  std::copy_if(text.begin(), text.end(), std::back_inserter(dense), [](char c) { return c != ' '; });
  return dense;
}

/// Where the parameters begin, which end with the last bracket: "f(int) const" has 1. The end where there are none.
std::size_t parameters_of(std::string_view name) {
  int depth = 0;
  for (auto at = name.rfind(')'); at != std::string_view::npos && at < name.size(); --at) {
    if (name[at] == ')') ++depth;
    if (name[at] == '(' && --depth == 0) return at;
    if (at == 0) break;
  }
  return name.size();
}

/// Without the type that stands before the name: "int f<int>" is "f<int>".
std::string_view without_result(std::string_view name) {
  int depth = 0;
  for (auto at = name.size(); at-- > 0;) {
    const char c = name[at];
    if (c == '>' || c == ')' || c == '}') ++depth;
    if (c == '<' || c == '(' || c == '{') --depth;
    if (c == ' ' && depth == 0 && !name.substr(0, at).ends_with("operator")) return name.substr(at + 1);
  }
  return name;
}

/// The last word of a name as mangling writes it, such as "3run" of "ns::task::run(int)"; empty when it has none.
std::string mangled_word(std::string_view name) {
  name = name.substr(0, parameters_of(name));
  int depth = 0;
  auto end = name.size();
  while (end > 0 && (depth > 0 || name[end - 1] == '>')) {
    if (name[end - 1] == '>') ++depth;
    if (name[end - 1] == '<') --depth;
    --end;
  }
  auto begin = end;
  while (begin > 0 && of_word(name[begin - 1])) --begin;
  return begin == end ? std::string() : fmt::format("{}{}", end - begin, name.substr(begin, end - begin));
}

/// "_ZN2ns1fEi.cold" and "_ZN2ns1fEi.part.0" are pieces or variants that a compiler made of one function.
bool is_clone(std::string_view mangled) { return mangled.find('.') != std::string_view::npos; }

std::vector<FunctionSymbol> find_among(const std::vector<FunctionSymbol>& all, std::string_view name,
                                       NameOrigin origin) {
  const auto word = mangled_word(name);
  const auto search = [&](auto&& may_be) {
    std::vector<FunctionSymbol> found;
    std::set<std::uint64_t> seen;
    for (const auto& function : all) {
      if (!may_be(function.name) || !is_way_to_write(name, demangle(function.name, origin))) continue;
      if (seen.insert(function.address).second) found.push_back(function);
    }
    return found;
  };
  if (!word.empty()) {
    auto found = search([&](const std::string& mangled) { return mangled.find(word) != std::string::npos; });
    if (!found.empty() || !is_plain_name(name)) return found;
  }
  return search([](const std::string&) { return true; });
}

}  // namespace

bool is_plain_name(std::string_view name) noexcept {
  return name.find("::") != std::string_view::npos || name.find('(') != std::string_view::npos;
}

bool is_way_to_write(std::string_view name, std::string_view demangled) {
  const auto wanted = without_blanks(name);
  const auto parameters = parameters_of(demangled);
  const auto whole = demangled.substr(0, parameters);
  const auto plain = without_result(whole);
  for (const auto way : {whole, plain}) {
    const auto dense = without_blanks(way);
    if (wanted == dense || wanted == dense + without_blanks(demangled.substr(parameters))) return true;
  }
  return false;
}

std::vector<FunctionSymbol> find_plain(const ElfFunctions& functions, std::string_view name, NameOrigin origin) {
  std::vector<FunctionSymbol> whole;
  std::vector<FunctionSymbol> clones;
  for (auto& function : functions.all()) {
    if (!function.name.starts_with("_Z")) continue;
    (is_clone(function.name) ? clones : whole).push_back(std::move(function));
  }
  // A function may be there as a clone alone.
  auto found =
      name.find("[clone") == std::string_view::npos ? find_among(whole, name, origin) : std::vector<FunctionSymbol>();
  return found.empty() ? find_among(clones, name, origin) : found;
}

}  // namespace bccxx::symbols
