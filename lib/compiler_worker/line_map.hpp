#pragma once
// Which line of the user's text a line of libbcc's rewritten text came from.

#include <string>
#include <string_view>
#include <vector>

namespace bccxx::worker {

[[nodiscard]] std::vector<std::string_view> split_lines(std::string_view text);

class LineMap {
 public:
  /// Every line maps to itself when `rewritten` is empty.
  LineMap(std::string_view original, std::string_view rewritten);

  /// Units:   lines count from 1
  /// Returns: 0 when there is no such line
  [[nodiscard]] int original_line(int rewritten_line) const noexcept;
  /// Units:   columns count bytes from 1
  /// Returns: 0 when the column is within what was rewritten
  [[nodiscard]] int original_column(int rewritten_line, int column) const noexcept;

 private:
  struct Pair {
    std::string original;
    std::string rewritten;
  };
  std::vector<int> lines_;
  std::vector<Pair> changed_;  ///< as many as lines_; both empty where a line is just as the user wrote it
};

/// The column in the original line of a column in the changed line; 0 within what was changed.
[[nodiscard]] int original_column(std::string_view original, std::string_view changed, int column) noexcept;

}  // namespace bccxx::worker
