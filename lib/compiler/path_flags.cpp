// clang takes each of these with its path in the same word or in the next one.

#include "compiler/path_flags.hpp"

#include "compiler/plain_path.hpp"

#include <array>
#include <cstddef>
#include <string_view>
#include <system_error>
#include <utility>

namespace bccxx::compiler {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::pair<std::string_view, Flag::Names>, 6> path_flags = {{
    {"-isystem", Flag::Names::system_folder},
    {"-iquote", Flag::Names::quoted_folder},
    {"-idirafter", Flag::Names::late_folder},
    {"-include", Flag::Names::file},
    {"-imacros", Flag::Names::file},
    {"-I", Flag::Names::folder},
}};

/// The path is left empty when it is in the next word.
Flag parse(const std::string& word) {
  for (const auto& [spelling, names] : path_flags) {
    // "-include-pch" is a flag of its own.
    if (!word.starts_with(spelling) || word.starts_with("-include-")) continue;
    return {names, std::string(spelling), word.substr(spelling.size()), word.size() > spelling.size()};
  }
  return {Flag::Names::nothing, word, {}, false};
}

}  // namespace

std::vector<Flag> parse_flags(const std::vector<std::string>& words) {
  std::vector<Flag> flags;
  for (std::size_t i = 0; i < words.size(); ++i) {
    auto flag = parse(words[i]);
    if (flag.names != Flag::Names::nothing && !flag.joined) {
      if (i + 1 == words.size()) flag.names = Flag::Names::nothing;
      if (i + 1 < words.size()) flag.path = words[++i];
    }
    flags.push_back(std::move(flag));
  }
  return flags;
}

std::vector<std::string> absolute_flags(const std::vector<std::string>& words, const fs::path& base) {
  std::vector<std::string> result;
  for (const auto& flag : parse_flags(words)) {
    if (flag.names == Flag::Names::nothing) {
      result.push_back(flag.spelling);
      continue;
    }
    auto path = fs::path(flag.path).is_absolute() ? flag.path : plain_path(base / flag.path).string();
    std::error_code ignored;
    if (flag.names == Flag::Names::file && !fs::exists(path, ignored)) path = flag.path;
    if (flag.joined) {
      result.push_back(flag.spelling + path);
    } else {
      result.push_back(flag.spelling);
      result.push_back(std::move(path));
    }
  }
  return result;
}

}  // namespace bccxx::compiler
