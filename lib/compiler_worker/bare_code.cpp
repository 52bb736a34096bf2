// Comments and literals are blanked, brackets are counted; nothing more of C is understood.

#include "compiler_worker/bare_code.hpp"

#include <algorithm>
#include <cctype>

namespace bccxx::worker {
namespace {

/// Where the comment or literal that starts at `at` ends.
std::size_t end_of_passage(const std::string& text, std::size_t at) {
  if (text.compare(at, 2, "//") == 0) return std::min(text.find('\n', at), text.size());
  if (text.compare(at, 2, "/*") == 0) {
    const auto end = text.find("*/", at + 2);
    return end == std::string::npos ? text.size() : end + 2;
  }
  const char quote = text[at];
  if (quote != '"' && quote != '\'') return at;
  for (auto end = at + 1; end < text.size() && text[end] != '\n'; ++end) {
    if (text[end] == quote) return end + 1;
    if (text[end] == '\\') ++end;
  }
  return at + 1;
}

}  // namespace

std::string bare_code(const std::string& text) {
  std::string code = text;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(end_of_passage(text, at), text.size());
    for (auto i = at; i < end; ++i) {
      if (code[i] != '\n') code[i] = ' ';
    }
    at = std::max(end, at + 1);
  }
  return code;
}

std::size_t skip_blank(const std::string& code, std::size_t at) {
  while (at < code.size() && is_blank(code[at])) ++at;
  return at;
}

std::optional<Call> call_at(const std::string& code, std::size_t after_name) {
  Call call;
  call.open = skip_blank(code, after_name);
  if (call.open >= code.size() || code[call.open] != '(') return std::nullopt;
  int depth = 0;
  auto begin = call.open + 1;
  for (auto at = call.open; at < code.size(); ++at) {
    const char c = code[at];
    if (c == '(' || c == '[' || c == '{') ++depth;
    if (c == ')' || c == ']' || c == '}') --depth;
    if (depth == 0 || (c == ',' && depth == 1)) {
      call.arguments.push_back({begin, at});
      begin = at + 1;
    }
    if (depth == 0) {
      call.close = at;
      return call;
    }
  }
  return std::nullopt;
}

std::vector<Span> names_in(const std::string& code) {
  std::vector<Span> names;
  for (std::size_t at = 0; at < code.size();) {
    auto end = at;
    while (end < code.size() && is_name_part(code[end])) ++end;
    if (end > at && std::isdigit(static_cast<unsigned char>(code[at])) == 0) names.push_back({at, end});
    at = std::max(end, at + 1);
  }
  return names;
}

std::string_view trimmed(const std::string& code, Span span) {
  auto part = std::string_view(code).substr(span.begin, span.end - span.begin);
  while (!part.empty() && is_blank(part.front())) part.remove_prefix(1);
  while (!part.empty() && is_blank(part.back())) part.remove_suffix(1);
  return part;
}

bool is_name_part(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }
bool is_blank(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }

}  // namespace bccxx::worker
