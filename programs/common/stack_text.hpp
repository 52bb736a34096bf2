#pragma once
// A stack as programs show it.

#include <bccxx/symbols/frame.hpp>

#include <string>
#include <vector>

namespace programs {

enum class Lines { hide, show };

/// The name and offset of each frame, innermost first; with lines also file and line, and what was inlined.
[[nodiscard]] std::vector<std::string> stack_text(const std::vector<bccxx::Frame>& stack, Lines lines);

/// The same in one piece, parted by semicolons.
[[nodiscard]] std::string joined(const std::vector<std::string>& stack);

}  // namespace programs
