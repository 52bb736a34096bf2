// Keeps the piece of a line until its end arrives.

#include "symbols/line_splitter.hpp"

#include <unistd.h>
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>

namespace bccxx::symbols {

void LineSplitter::add(std::string_view block) {
  for (;;) {
    const auto newline = block.find('\n');
    if (newline == std::string_view::npos) break;
    const auto piece = block.substr(0, newline);
    block.remove_prefix(newline + 1);
    const bool fits = !skipping_ && rest_.size() + piece.size() <= longest_;
    if (fits && rest_.empty()) {
      line_(piece);
    } else if (fits) {
      rest_ += piece;
      line_(rest_);
    }
    skipping_ = false;
    rest_.clear();
  }
  if (skipping_ || rest_.size() + block.size() > longest_) {
    skipping_ = true;
    rest_.clear();
  } else {
    rest_ += block;
  }
}

void LineSplitter::finish() {
  if (!skipping_ && !rest_.empty()) line_(rest_);
  rest_.clear();
  skipping_ = false;
}

bool read_lines(int fd, std::size_t longest, const std::function<bool(std::string_view)>& take,
                std::uint64_t most_bytes) {
  bool wanted = true;
  LineSplitter lines(longest, [&](std::string_view line) { wanted = wanted && take(line); });
  std::array<char, 65536> block{};
  for (std::uint64_t done = 0; wanted && done < most_bytes;) {
    const auto some = static_cast<std::size_t>(std::min<std::uint64_t>(block.size(), most_bytes - done));
    const auto n = ::read(fd, block.data(), some);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    if (n == 0) break;
    lines.add({block.data(), static_cast<std::size_t>(n)});
    done += static_cast<std::uint64_t>(n);
  }
  lines.finish();
  return true;
}

}  // namespace bccxx::symbols
