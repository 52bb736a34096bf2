// The file is written by the traced program, so its size and its lines are bounded.

#include "symbols/perf_map.hpp"

#include "symbols/line_splitter.hpp"

#include <algorithm>
#include <charconv>

namespace bccxx::symbols {
namespace {

constexpr std::size_t longest_line = 4096;
constexpr std::size_t most_entries = 1'000'000;
constexpr std::size_t most_name_bytes = std::size_t{32} << 20;
/// Later entries may overlap earlier ones; how many are looked at on the way back.
constexpr int most_steps_back = 32;

bool take_hex(std::string_view& text, std::uint64_t& number) {
  if (text.starts_with("0x")) text.remove_prefix(2);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, 16);
  if (error != std::errc{}) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (!text.starts_with(' ')) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

void PerfMap::add_line(std::string_view line) {
  Entry entry;
  if (!take_hex(line, entry.start) || !take_hex(line, entry.size) || line.empty() || entry.size == 0) return;
  if (entries_.size() == most_entries || names_.size() + line.size() > most_name_bytes) return;
  entry.name_offset = static_cast<std::uint32_t>(names_.size());
  entry.name_size = static_cast<std::uint32_t>(line.size());
  names_ += line;
  entries_.push_back(entry);
}

void PerfMap::finish() {
  std::ranges::stable_sort(entries_, {}, &Entry::start);
  // Of those with the same start the last one written stays.
  const auto same_start = [](const Entry& a, const Entry& b) { return a.start == b.start; };
  entries_.erase(entries_.begin(), std::unique(entries_.rbegin(), entries_.rend(), same_start).base());
  entries_.shrink_to_fit();
  names_.shrink_to_fit();
}

const PerfMap::Entry* PerfMap::find(std::uint64_t address) const noexcept {
  auto at = std::ranges::upper_bound(entries_, address, {}, &Entry::start);
  for (int step = 0; at != entries_.begin() && step < most_steps_back; ++step) {
    --at;
    if (address - at->start < at->size) return &*at;
  }
  return nullptr;
}

std::string_view PerfMap::name(const Entry& entry) const noexcept {
  return std::string_view(names_).substr(entry.name_offset, entry.name_size);
}

std::size_t PerfMap::memory_size() const noexcept { return entries_.capacity() * sizeof(Entry) + names_.capacity(); }

PerfMap read_perf_map(int fd, std::uint64_t most_bytes) {
  PerfMap map;
  // What could be read before an error counts.
  const auto add = [&](std::string_view line) {
    map.add_line(line);
    return true;
  };
  static_cast<void>(read_lines(fd, longest_line, add, most_bytes));
  map.finish();
  return map;
}

}  // namespace bccxx::symbols
