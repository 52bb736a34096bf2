// Tells the lines of a verifier log apart by how they begin.

#include "runtime/verifier_log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

namespace bccxx::runtime {
namespace {

bool digit(char c) { return c >= '0' && c <= '9'; }

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

/// "12: (85) call …", "12: R1=ctx()": an instruction or the state at one.
bool is_instruction(std::string_view line) {
  const auto end = line.find_first_not_of("0123456789");
  return end != 0 && end != std::string_view::npos && line[end] == ':';
}

/// "R0=scalar R1_w=ctx()", "frame1: R6=…": names followed by '=', unlike "R0 !read_ok".
bool is_register_state(std::string_view line) {
  if (line.starts_with("frame")) return line.find(": R") != std::string_view::npos;
  if (line.size() < 2 || line[0] != 'R' || !digit(line[1])) return false;
  const auto end = line.find_first_of(" =");
  return end != std::string_view::npos && line[end] == '=';
}

bool is_statistic(std::string_view line) {
  static constexpr std::array<std::string_view, 13> beginnings = {
      "processed ", "verification time ", "stack depth ", "from ",   "mark_precise", "last_idx ",
      "parent ",    "propagating ",       "regs=",        "caller:", "callee:",      "Func#",
      "func#"};
  const auto fits = [line](std::string_view beginning) { return line.starts_with(beginning); };
  if (line.find(" is safe for any args") != std::string_view::npos) return true;
  return std::any_of(beginnings.begin(), beginnings.end(), fits);
}

bool is_reason(std::string_view line) {
  return !line.empty() && line.front() != ';' && !is_instruction(line) && !is_register_state(line) &&
         !is_statistic(line);
}

/// The first text below a heading of the report that kernels from 7.3 write.
std::string_view below_heading(const std::vector<std::string_view>& lines, std::string_view heading) {
  const auto at = std::find_if(lines.begin(), lines.end(), [heading](auto line) { return trim(line) == heading; });
  if (at == lines.end() || at + 1 == lines.end()) return {};
  return trim(*(at + 1));
}

std::string report_summary(const std::vector<std::string_view>& lines) {
  static constexpr std::string_view title = "Verification failed:";
  for (const auto line : lines) {
    if (!trim(line).starts_with(title)) continue;
    const auto what = trim(trim(line).substr(title.size()));
    const auto reason = below_heading(lines, "Reason:");
    if (what.empty() || reason.empty()) return std::string(what.empty() ? reason : what);
    return fmt::format("{}: {}", what, reason);
  }
  return {};
}

std::string last_reason(const std::vector<std::string_view>& lines) {
  for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
    // Some of the kernel's reasons end with a full stop, which would stand in the middle of our sentence.
    if (const auto text = trim(*line); is_reason(text))
      return std::string(text.substr(0, text.find_last_not_of('.') + 1));
  }
  return {};
}

/// The number of the only line of `source` that is `text`.
std::optional<std::size_t> only_line(std::string_view source, std::string_view text) {
  const auto lines = lines_of(source);
  const auto same = [text](std::string_view line) { return trim(line) == text; };
  const auto first = std::find_if(lines.begin(), lines.end(), same);
  if (first == lines.end() || std::any_of(first + 1, lines.end(), same)) return std::nullopt;
  return static_cast<std::size_t>(first - lines.begin()) + 1;
}

/// From "; text @ file:line" (kernels from 6.8) or "; text".
std::string position_of(std::string_view annotation, std::string_view source, std::string_view source_name) {
  const auto text = trim(annotation.substr(1));
  if (const auto at = text.rfind(" @ "); at != std::string_view::npos) {
    const auto place = text.substr(at + 3);
    const auto colon = place.rfind(':');
    const bool numbered = colon != std::string_view::npos && colon + 1 < place.size() &&
                          std::all_of(place.begin() + static_cast<std::ptrdiff_t>(colon) + 1, place.end(), digit);
    if (numbered) return fmt::format("{}: {}", place, trim(text.substr(0, at)));
  }
  if (const auto number = only_line(source, text)) return fmt::format("{}:{}: {}", source_name, *number, text);
  return std::string(text);
}

}  // namespace

VerifierVerdict read_verifier_log(std::string_view log, std::string_view source, std::string_view source_name) {
  const auto lines = lines_of(log);
  VerifierVerdict verdict;
  verdict.summary = report_summary(lines);
  if (verdict.summary.empty()) verdict.summary = last_reason(lines);
  if (verdict.summary.empty()) verdict.summary = "no reason given";
  for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
    if (!line->starts_with("; ")) continue;
    verdict.source_line = position_of(*line, source, source_name);
    break;
  }
  return verdict;
}

}  // namespace bccxx::runtime
