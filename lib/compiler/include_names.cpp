// Line by line once continued lines are joined; whatever looks like an #include and cannot be read is owned up to.

#include "compiler/include_names.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>

namespace bccxx::compiler {
namespace {

constexpr std::string_view blanks = " \t\r\f\v";

bool in_name(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }

/// Without the line breaks that a backslash takes away; blanks may stand between the two.
std::string joined_lines(std::string_view text) {
  std::string joined;
  joined.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\\') {
      const auto end = text.find_first_not_of(blanks, at + 1);
      if (end != std::string_view::npos && text[end] == '\n') {
        at = end;
        continue;
      }
    }
    joined += text[at];
  }
  return joined;
}

bool take(std::string_view& text, std::string_view word) {
  if (!text.starts_with(word)) return false;
  text.remove_prefix(word.size());
  return true;
}

/// False within a comment that ends on another line.
bool skip_blanks(std::string_view& text) {
  for (;;) {
    text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
    if (!text.starts_with("/*")) return true;
    const auto end = text.find("*/", 2);
    if (end == std::string_view::npos) return false;
    text.remove_prefix(end + 2);
  }
}

std::string_view take_word(std::string_view& text) {
  const auto end = std::find_if_not(text.begin(), text.end(), in_name);
  const auto word = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  text.remove_prefix(word.size());
  return word;
}

std::optional<IncludeName> take_name(std::string_view text) {
  if (!skip_blanks(text) || text.empty() || (text[0] != '"' && text[0] != '<')) return std::nullopt;
  const bool quoted = text[0] == '"';
  const auto end = text.find(quoted ? '"' : '>', 1);
  if (end == std::string_view::npos) return std::nullopt;
  return IncludeName{std::string(text.substr(1, end - 1)), quoted, false};
}

class Scan {
 public:
  IncludeNames run(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
      const auto end = std::min(text.find('\n', at), text.size());
      read_line(text.substr(at, end - at));
      at = end + 1;
    }
    return std::move(result_);
  }

 private:
  void read_line(std::string_view line) {
    bool found = false;
    bool marked = line.find("*/") != std::string_view::npos;
    for (std::size_t at = 0; at < line.size(); ++at) {
      auto rest = line.substr(at);
      if (take(rest, "#") || take(rest, "%:")) {
        marked = true;
        found = read_directive(rest) || found;
      } else if (take(rest, "__has_include")) {
        read_question(rest);
      }
    }
    // A comment may hide where the directive starts, a macro what it is.
    if (marked && !found && (has_word(line, "include") || has_word(line, "import"))) result_.literal = false;
  }

  bool read_directive(std::string_view rest) {
    if (!skip_blanks(rest)) {
      result_.literal = false;
      return true;
    }
    const auto word = take_word(rest);
    if (word != "include" && word != "include_next" && word != "import") return false;
    add(take_name(rest), word == "include_next");
    return true;
  }

  /// __has_include(NAME)
  void read_question(std::string_view rest) {
    const bool next = take(rest, "_next");
    const bool called = skip_blanks(rest) && take(rest, "(");
    if (called) add(take_name(rest), next);
  }

  void add(std::optional<IncludeName> name, bool next) {
    if (!name) {
      result_.literal = false;
      return;
    }
    name->next = next;
    result_.names.push_back(std::move(*name));
  }

  static bool has_word(std::string_view line, std::string_view word) {
    for (auto at = line.find(word); at != std::string_view::npos; at = line.find(word, at + 1)) {
      const bool begins = at == 0 || !in_name(line[at - 1]);
      if (begins && (at + word.size() == line.size() || !in_name(line[at + word.size()]))) return true;
    }
    return false;
  }

  IncludeNames result_;
};

}  // namespace

IncludeNames include_names(std::string_view text) { return Scan().run(joined_lines(text)); }

}  // namespace bccxx::compiler
