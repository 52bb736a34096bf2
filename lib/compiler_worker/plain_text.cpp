// A carriage return counts as part of a line's end only right before its line feed.

#include "compiler_worker/plain_text.hpp"

#include <string_view>

namespace bccxx::worker {

std::string plain_text(std::string text) {
  constexpr std::string_view mark = "\xef\xbb\xbf";
  if (text.compare(0, mark.size(), mark) == 0) text.erase(0, mark.size());
  std::size_t kept = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text.compare(at, 2, "\r\n") != 0) text[kept++] = text[at];
  }
  text.resize(kept);
  return text;
}

}  // namespace bccxx::worker
