// Each macro has the map's name at a place of its own.

#include "compiler_worker/map_declarations.hpp"

#include <string_view>

namespace bccxx::worker {
namespace {

/// Which argument of a macro is the map's name.
std::size_t name_argument(std::string_view macro) {
  if (macro.find("TABLE") != std::string_view::npos) return 3;
  if (macro.rfind("BPF_QUEUESTACK", 0) == 0) return 1;
  return macro == "BPF_XDP_REDIRECT_MAP" ? 2 : 0;
}

/// What stands in the first literal: the kind of a table, without the path of its pin.
std::string quoted(std::string_view text) {
  const auto quote = text.find('"');
  if (quote == std::string_view::npos) return {};
  return std::string(text.substr(quote + 1, text.find_first_of("\":", quote + 1) - quote - 1));
}

}  // namespace

void MapDeclarations::note(const std::string& text) {
  static const std::set<std::string> kinds = {"percpu_hash", "lru_hash", "lru_percpu_hash"};
  const auto code = bare_code(text);
  for (const auto& name : names_in(code)) {
    const auto macro = trimmed(code, name);
    if (macro.rfind("BPF_", 0) != 0) continue;
    const auto call = call_at(code, name.end);
    const auto place = name_argument(macro);
    if (!call || call->arguments.size() <= place) continue;
    const std::string map(trimmed(code, call->arguments[place]));
    names_.insert(map);
    const auto type = call->arguments.front();
    const bool by_kind = place == 3 && kinds.count(quoted(text.substr(type.begin, type.end - type.begin))) != 0;
    if (macro == "BPF_PERCPU_HASH" || by_kind) incomplete_.insert(map);
  }
}

}  // namespace bccxx::worker
