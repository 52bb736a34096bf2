// A bounded parser: paths may be of any length and hold blanks, newlines (which the kernel writes as \012), anything.

#include "symbols/process_maps.hpp"

#include "symbols/line_splitter.hpp"

#include <algorithm>
#include <charconv>

namespace bccxx::symbols {
namespace {

/// A path has at most 4096 bytes, each written with at most four.
constexpr std::size_t longest_line = 20000;
/// Of all paths together; a process can have tens of thousands of the longest ones. Further ones are cut, which costs
/// no more than their names.
constexpr std::size_t most_path_bytes = std::size_t{4} << 20;
constexpr std::size_t longest_cut_path = 64;

/// Takes a number off the front of `text`, and the character that must follow it.
template <class Number>
bool take(std::string_view& text, Number& number, int base, char then) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (error != std::errc{}) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (then == '\0') return text.empty() || text.front() == ' ';
  if (text.empty() || text.front() != then) return false;
  text.remove_prefix(1);
  return true;
}

std::string without_escapes(std::string_view path) {
  std::string plain;
  plain.reserve(path.size());
  while (!path.empty()) {
    const bool newline = path.starts_with("\\012");
    plain += newline ? '\n' : path.front();
    path.remove_prefix(newline ? 4 : 1);
  }
  return plain;
}

}  // namespace

std::optional<Mapping> parse_mapping(std::string_view line) {
  Mapping mapping;
  if (!take(line, mapping.start, 16, '-') || !take(line, mapping.end, 16, ' ')) return std::nullopt;
  if (line.size() < 5 || line[4] != ' ' || mapping.end <= mapping.start) return std::nullopt;
  mapping.executable = line[2] == 'x';
  line.remove_prefix(5);
  if (!take(line, mapping.file_offset, 16, ' ') || !take(line, mapping.device_major, 16, ':') ||
      !take(line, mapping.device_minor, 16, ' ') || !take(line, mapping.inode, 10, '\0'))
    return std::nullopt;
  const auto path = line.find_first_not_of(' ');
  if (path == std::string_view::npos) return mapping;
  line.remove_prefix(path);
  static constexpr std::string_view mark = " (deleted)";
  if (line.ends_with(mark) && mapping.inode != 0) {
    mapping.deleted = true;
    line.remove_suffix(mark.size());
  }
  mapping.path = without_escapes(line);
  return mapping;
}

std::optional<std::vector<Mapping>> read_executable_mappings(int maps_fd, std::size_t most) {
  std::vector<Mapping> mappings;
  std::size_t path_bytes = 0;
  const bool all_read = read_lines(maps_fd, longest_line, [&](std::string_view line) {
    auto mapping = parse_mapping(line);
    if (!mapping || !mapping->executable) return true;
    if (path_bytes + mapping->path.size() > most_path_bytes) mapping->path = mapping->path.substr(0, longest_cut_path);
    path_bytes += mapping->path.size();
    mappings.push_back(std::move(*mapping));
    return mappings.size() < most;
  });
  if (!all_read) return std::nullopt;
  std::ranges::stable_sort(mappings, {}, &Mapping::start);
  return mappings;
}

}  // namespace bccxx::symbols
