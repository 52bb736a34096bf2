// Two forms are known: clang's "file:line:column: severity: text" and LLVM's "error: file:line:column: text".

#include "compiler_worker/diagnostics.hpp"

#include "compiler_worker/text_frame.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <sstream>
#include <string_view>

namespace bccxx::worker {
namespace {

struct Place {
  std::string_view file;
  int line = 0;
  int column = 0;
  std::size_t length = 0;
};

std::optional<int> number(std::string_view text, std::size_t& at) {
  int value = 0;
  const auto [end, failure] = std::from_chars(text.data() + at, text.data() + text.size(), value);
  if (failure != std::errc()) return std::nullopt;
  at = static_cast<std::size_t>(end - text.data());
  return value;
}

/// "file:line:column: " at the start of a line.
std::optional<Place> parse_place(std::string_view line) {
  for (auto colon = line.find(':'); colon != std::string_view::npos; colon = line.find(':', colon + 1)) {
    auto at = colon + 1;
    const auto row = number(line, at);
    if (!row || at >= line.size() || line[at] != ':') continue;
    ++at;
    const auto column = number(line, at);
    if (!column || line.substr(at, 2) != ": ") continue;
    return Place{line.substr(0, colon), *row, *column, at + 2};
  }
  return std::nullopt;
}

struct Word {
  std::string_view text;
  Severity severity;
};
constexpr Word words[] = {{"fatal error: ", Severity::fatal},
                          {"error: ", Severity::error},
                          {"warning: ", Severity::warning},
                          {"note: ", Severity::note}};

const Word* severity_at(std::string_view text) {
  for (const auto& word : words) {
    if (text.substr(0, word.text.size()) == word.text) return &word;
  }
  return nullptr;
}

bool starts_with(std::string_view text, std::string_view prefix) { return text.substr(0, prefix.size()) == prefix; }

/// clang works inside the header tree, so the tree's own files come with relative names.
bool is_kernel_header(std::string_view file, const Places& places) {
  if (!places.header_tree.empty() && starts_with(file, places.header_tree)) return true;
  return starts_with(file, "include/") || starts_with(file, "./include/") || starts_with(file, "arch/");
}

/// "<bcc/helpers.h>" for headers that are known by how they are included, and exist nowhere or for a moment.
std::optional<std::string> bracketed(std::string_view file, const Places& places) {
  constexpr std::string_view libbcc = "/virtual/include";
  for (const auto folder : {libbcc, std::string_view(places.own_headers)}) {
    if (folder.empty() || !starts_with(file, folder) || file.size() <= folder.size() + 1) continue;
    return '<' + std::string(file.substr(folder.size() + 1)) + '>';
  }
  return std::nullopt;
}

void bracket_headers(std::string& line, const Places& places) {
  for (std::size_t at = line.find('/'); at != std::string::npos; at = line.find('/', at + 1)) {
    const auto name = std::string_view(line).substr(at, line.find_first_of(":' ", at) - at);
    if (const auto header = bracketed(name, places)) line.replace(at, name.size(), *header);
  }
}

Diagnostic locate(const Place& place, const Places& places, const LineMap* map) {
  Diagnostic diagnostic;
  diagnostic.file = place.file;
  diagnostic.line = place.line;
  diagnostic.column = place.column;
  if (place.file == text_name) {
    diagnostic.file = places.file_name;
    diagnostic.line = place.line - places.line_offset;
    if (map != nullptr) {
      diagnostic.column = map->original_column(diagnostic.line, diagnostic.column);
      diagnostic.line = map->original_line(diagnostic.line);
    }
  } else if (place.file == original_name) {
    diagnostic.file = places.file_name;
  } else if (place.file == "/virtual/main.c") {
    diagnostic.file = "<preamble>";
  } else if (place.file == "<command line>") {
    diagnostic.line = diagnostic.column = 0;
  } else if (place.file == "<unknown>") {
    diagnostic = {places.file_name, 0, 0, Severity::error, {}};
  } else {
    diagnostic.file = readable_name(place.file, places);
  }
  return diagnostic;
}

std::optional<Diagnostic> parse_line(std::string_view line, const Places& places, const LineMap* map) {
  if (const auto place = parse_place(line)) {
    const auto rest = line.substr(place->length);
    if (const auto* word = severity_at(rest)) {
      auto diagnostic = locate(*place, places, map);
      diagnostic.severity = word->severity;
      diagnostic.message = rest.substr(word->text.size());
      return diagnostic;
    }
  }
  const auto* word = severity_at(line);
  if (word == nullptr) return std::nullopt;
  const auto rest = line.substr(word->text.size());
  if (const auto place = parse_place(rest)) {
    auto diagnostic = locate(*place, places, map);
    diagnostic.severity = word->severity;
    diagnostic.message = rest.substr(place->length);
    return diagnostic;
  }
  return Diagnostic{places.file_name, 0, 0, word->severity, std::string(rest)};
}

bool same(const Diagnostic& a, const Diagnostic& b) {
  return a.line == b.line && a.column == b.column && a.severity == b.severity && a.file == b.file &&
         a.message == b.message;
}

}  // namespace

std::string readable_name(std::string_view file, const Places& places) {
  if (auto header = bracketed(file, places)) return std::move(*header);
  return is_kernel_header(file, places) ? "<kernel types>" : std::string(file);
}

std::vector<Diagnostic> parse_diagnostics(const std::string& log, const Places& places, const LineMap* map) {
  std::vector<Diagnostic> diagnostics;
  for (const auto line : split_lines(log)) {
    auto diagnostic = parse_line(line, places, map);
    if (!diagnostic) continue;
    // bcc's map macros name a type several times, and clang complains each time.
    const bool known = std::any_of(diagnostics.begin(), diagnostics.end(),
                                   [&](const Diagnostic& other) { return same(other, *diagnostic); });
    if (!known) diagnostics.push_back(std::move(*diagnostic));
  }
  return diagnostics;
}

std::string readable_log(const std::string& log, const Places& places) {
  std::string readable;
  for (const auto line : split_lines(log)) {
    std::string text(line);
    if (const auto at = text.find(text_name); at != std::string::npos) {
      auto number_at = at + text_name.size() + 1;
      const auto start = number_at;
      const auto row = start < text.size() ? number(text, number_at) : std::nullopt;
      if (row) text.replace(start, number_at - start, std::to_string(*row - places.line_offset));
      text.replace(at, text_name.size(), places.file_name);
    }
    if (const auto at = places.header_tree.empty() ? std::string::npos : text.find(places.header_tree);
        at != std::string::npos) {
      text.replace(at, places.header_tree.size(), "<kernel types>");
    }
    bracket_headers(text, places);
    if (const auto at = text.find(original_name); at != std::string::npos) {
      text.replace(at, original_name.size(), places.file_name);
    }
    // libbcc's clang command line, which is there only because the rewritten text comes with it.
    if (text.compare(0, 6, "clang ") == 0) continue;
    readable += text + '\n';
  }
  return readable;
}

}  // namespace bccxx::worker
