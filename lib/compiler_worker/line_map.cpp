// Equal lines anchor the two texts to each other; between anchors, lines go to the one they resemble most, in order.

#include "compiler_worker/line_map.hpp"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <map>
#include <utility>

namespace bccxx::worker {
namespace {

using Lines = std::vector<std::string_view>;

struct Range {
  std::size_t first;
  std::size_t last;
  [[nodiscard]] std::size_t size() const { return last - first; }
};

using Words = std::vector<std::string_view>;

Words words_of(std::string_view line) {
  Words words;
  const auto in_word = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; };
  for (std::size_t i = 0; i < line.size();) {
    std::size_t end = i;
    while (end < line.size() && in_word(line[end])) ++end;
    if (end > i) words.push_back(line.substr(i, end - i));
    i = std::max(end, i + 1);
  }
  return words;
}

/// Letters of the words both lines have; equal lines outdo all others.
std::size_t resemblance(std::string_view a, const Words& words_a, std::string_view b, const Words& words_b) {
  constexpr std::size_t bonus = 1000;
  if (a == b) return bonus + a.size();
  std::size_t shared = 0;
  for (const auto& word : words_a) {
    if (std::find(words_b.begin(), words_b.end(), word) != words_b.end()) shared += word.size();
  }
  return shared;
}

/// Lines that libbcc puts before functions; they belong to what follows.
bool is_generated(std::string_view line) {
  constexpr std::string_view section = "__attribute__((section(\".bpf.fn.";
  return line == "__attribute__((always_inline))" || line.substr(0, section.size()) == section;
}

/// The longest ascending chain of lines that occur once in each text.
std::vector<std::pair<std::size_t, std::size_t>> anchors(const Lines& original, const Lines& rewritten) {
  std::map<std::string_view, std::pair<int, std::size_t>> seen_original;
  std::map<std::string_view, std::pair<int, std::size_t>> seen_rewritten;
  for (std::size_t i = 0; i < original.size(); ++i)
    seen_original[original[i]] = {++seen_original[original[i]].first, i};
  for (std::size_t i = 0; i < rewritten.size(); ++i) {
    seen_rewritten[rewritten[i]] = {++seen_rewritten[rewritten[i]].first, i};
  }
  std::vector<std::pair<std::size_t, std::size_t>> chain;
  for (std::size_t i = 0; i < original.size(); ++i) {
    const auto found = seen_rewritten.find(original[i]);
    if (found == seen_rewritten.end() || found->second.first != 1 || seen_original[original[i]].first != 1) continue;
    // Rewriting keeps the order of lines, so a line that goes back is a chance likeness.
    if (!chain.empty() && found->second.second <= chain.back().second) continue;
    chain.emplace_back(i, found->second.second);
  }
  return chain;
}

class Filler {
 public:
  Filler(const Lines& original, const Lines& rewritten, std::vector<int>& lines)
      : original_(original), rewritten_(rewritten), lines_(lines) {}

  void fill(Range from, Range to) {
    // Lines repeated elsewhere are no anchors but still equal here.
    while (from.size() != 0 && to.size() != 0 && original_[from.first] == rewritten_[to.first]) {
      assign(to.first++, from.first++);
    }
    while (from.size() != 0 && to.size() != 0 && original_[from.last - 1] == rewritten_[to.last - 1]) {
      assign(--to.last, --from.last);
    }
    if (to.size() == 0) return;
    if (from.size() == 0) {
      for (auto i = to.first; i < to.last; ++i) assign(i, std::min(from.first, original_.size() - 1));
      return;
    }
    if (from.size() == to.size()) {
      for (std::size_t i = 0; i < to.size(); ++i) assign(to.first + i, from.first + i);
      return;
    }
    align(from, to);
  }

 private:
  void assign(std::size_t rewritten, std::size_t original) { lines_[rewritten] = static_cast<int>(original) + 1; }

  /// best[j][i]: the most resemblance of the first j+1 rewritten lines when the last of them goes to line i.
  void align(Range from, Range to) {
    constexpr std::size_t most_cells = std::size_t{1} << 24U;
    if (from.size() * to.size() > most_cells) {
      for (std::size_t j = 0; j < to.size(); ++j) assign(to.first + j, from.first + j * from.size() / to.size());
      return;
    }
    std::vector<std::vector<std::size_t>> best(to.size(), std::vector<std::size_t>(from.size()));
    std::vector<Words> words;
    for (std::size_t i = 0; i < from.size(); ++i) words.push_back(words_of(original_[from.first + i]));
    for (std::size_t j = 0; j < to.size(); ++j) {
      const auto line = rewritten_[to.first + j];
      const auto line_words = words_of(line);
      std::size_t before = 0;
      for (std::size_t i = 0; i < from.size(); ++i) {
        if (j != 0) before = std::max(before, best[j - 1][i]);
        best[j][i] = before + resemblance(original_[from.first + i], words[i], line, line_words);
      }
    }
    std::size_t limit = from.size();
    for (std::size_t j = to.size(); j-- > 0;) {
      const auto& row = best[j];
      const auto chosen = std::max_element(row.begin(), row.begin() + static_cast<std::ptrdiff_t>(limit)) - row.begin();
      assign(to.first + j, from.first + static_cast<std::size_t>(chosen));
      limit = static_cast<std::size_t>(chosen) + 1;
    }
  }

  const Lines& original_;
  const Lines& rewritten_;
  std::vector<int>& lines_;
};

std::vector<int> align(const Lines& original, const Lines& rewritten) {
  std::vector<int> lines(rewritten.size());
  Filler filler(original, rewritten, lines);
  Range from{0, 0};
  Range to{0, 0};
  for (const auto& [i, j] : anchors(original, rewritten)) {
    from.last = i;
    to.last = j;
    filler.fill(from, to);
    lines[j] = static_cast<int>(i) + 1;
    from.first = i + 1;
    to.first = j + 1;
  }
  from.last = original.size();
  to.last = rewritten.size();
  filler.fill(from, to);
  return lines;
}

}  // namespace

std::vector<std::string_view> split_lines(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    auto line = text.substr(0, end);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    lines.push_back(line);
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return lines;
}

LineMap::LineMap(std::string_view original_text, std::string_view rewritten_text) {
  const auto original = split_lines(original_text);
  const auto all = rewritten_text.empty() ? original : split_lines(rewritten_text);
  lines_.resize(all.size());
  changed_.resize(all.size());
  if (original.empty()) return;
  Lines rewritten;
  std::vector<std::size_t> places;
  for (std::size_t j = 0; j < all.size(); ++j) {
    if (is_generated(all[j])) continue;
    rewritten.push_back(all[j]);
    places.push_back(j);
  }
  const auto found = align(original, rewritten);
  for (std::size_t j = 0; j < found.size(); ++j) lines_[places[j]] = found[j];
  for (std::size_t j = all.size(); j-- > 0;) {
    if (is_generated(all[j])) lines_[j] = j + 1 < all.size() ? lines_[j + 1] : 0;
    const auto line = lines_[j] == 0 ? std::string_view() : original[static_cast<std::size_t>(lines_[j]) - 1];
    if (line != all[j]) changed_[j] = {std::string(line), std::string(all[j])};
  }
}

int LineMap::original_line(int rewritten_line) const noexcept {
  const auto index = static_cast<std::size_t>(rewritten_line) - 1;
  return rewritten_line < 1 || index >= lines_.size() ? 0 : lines_[index];
}

int LineMap::original_column(int rewritten_line, int column) const noexcept {
  const auto index = static_cast<std::size_t>(rewritten_line) - 1;
  if (rewritten_line < 1 || index >= changed_.size()) return 0;
  return worker::original_column(changed_[index].original, changed_[index].rewritten, column);
}

int original_column(std::string_view original, std::string_view changed, int column) noexcept {
  if (original == changed || column <= 0) return column;
  const auto same_start =
      std::mismatch(original.begin(), original.end(), changed.begin(), changed.end()).first - original.begin();
  const auto same_end =
      std::mismatch(original.rbegin(), original.rend(), changed.rbegin(), changed.rend()).first - original.rbegin();
  if (column <= same_start) return column;
  const auto from_end = static_cast<std::ptrdiff_t>(changed.size()) - column + 1;
  return from_end <= same_end ? static_cast<int>(static_cast<std::ptrdiff_t>(original.size()) - from_end) + 1 : 0;
}

}  // namespace bccxx::worker
