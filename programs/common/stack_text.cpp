// Without lines a module is told only where there is no name.

#include "stack_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace programs {

std::vector<std::string> stack_text(const std::vector<bccxx::Frame>& stack, Lines lines) {
  std::vector<std::string> text;
  for (const auto& frame : stack) {
    if (lines == Lines::show) {
      for (auto& line : frame_lines(frame)) text.push_back(std::move(line));
    } else {
      text.push_back(to_string(frame, {.module = !frame.resolved(), .source = false}));
    }
  }
  return text;
}

std::string joined(const std::vector<std::string>& stack) { return fmt::format("{}", fmt::join(stack, ";")); }

}  // namespace programs
