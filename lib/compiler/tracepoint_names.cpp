// By name alone: what stands in a comment counts as well.

#include "compiler/tracepoint_names.hpp"

#include <algorithm>

namespace bccxx::compiler {
namespace {

constexpr std::string_view blanks = " \t\r\n\\";

bool in_name(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }

std::string_view take_name(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
  const auto end = std::find_if_not(text.begin(), text.end(), in_name);
  const auto name = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  text.remove_prefix(name.size());
  return name;
}

bool take_mark(std::string_view& text, char mark) {
  const auto at = text.find_first_not_of(blanks);
  if (at == std::string_view::npos || text[at] != mark) return false;
  text.remove_prefix(at + 1);
  return true;
}

bool follows_struct(std::string_view text) {
  const auto last = text.find_last_not_of(blanks);
  if (last == std::string_view::npos || last + 1 == text.size()) return false;
  text = text.substr(0, last + 1);
  return text.ends_with("struct") && (text.size() == 6 || !in_name(text[text.size() - 7]));
}

void find_probes(std::string_view text, std::vector<TracepointName>& found) {
  constexpr std::string_view macro = "TRACEPOINT_PROBE";
  for (auto at = text.find(macro); at != std::string_view::npos; at = text.find(macro, at + 1)) {
    auto rest = text.substr(at + macro.size());
    // RAW_TRACEPOINT_PROBE takes no category.
    if ((at > 0 && in_name(text[at - 1])) || !take_mark(rest, '(')) continue;
    const auto category = take_name(rest);
    if (!take_mark(rest, ',')) continue;
    const auto event = take_name(rest);
    if (category.empty() || event.empty()) continue;
    found.push_back({std::string(category), std::string(event), at, true});
  }
}

void find_prefixed(std::string_view text, std::vector<TracepointName>& found) {
  constexpr std::string_view prefix = "tracepoint__";
  for (auto at = text.find(prefix); at != std::string_view::npos; at = text.find(prefix, at + 1)) {
    auto rest = text.substr(at + prefix.size());
    if (at > 0 && in_name(text[at - 1])) continue;
    const auto name = take_name(rest);
    const auto middle = name.find("__", 1);
    if (middle == std::string_view::npos || middle + 2 == name.size()) continue;
    found.push_back({std::string(name.substr(0, middle)), std::string(name.substr(middle + 2)), at,
                     follows_struct(text.substr(0, at))});
  }
}

}  // namespace

std::vector<TracepointName> tracepoint_names(std::string_view text) {
  std::vector<TracepointName> found;
  find_probes(text, found);
  find_prefixed(text, found);
  std::ranges::stable_sort(found, {}, &TracepointName::position);
  return found;
}

}  // namespace bccxx::compiler
