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
  /// Whether the line is just as the user wrote it, columns included.
  [[nodiscard]] bool unchanged(int rewritten_line) const noexcept;

 private:
  std::vector<int> lines_;
  std::vector<bool> unchanged_;
};

}  // namespace bccxx::worker
