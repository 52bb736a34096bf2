#pragma once
// How the user's text is framed for libbcc, so that its lines can be told from everybody else's afterwards.

#include <string>
#include <string_view>

namespace bccxx::worker {

/// The name by which clang knows the user's text.
inline constexpr std::string_view text_name = "/virtual/bccxx/text.c";

/// The same for messages of our own, whose lines are already those of the user's text.
inline constexpr std::string_view original_name = "/virtual/bccxx/original.c";

struct FramedText {
  std::string text;
  /// clang's number of the user's first line, less one.
  int line_offset = 0;
};

/// The preamble, then a line directive, then the text: the text's lines are counted apart from the preamble's.
[[nodiscard]] FramedText frame_text(const std::string& preamble, const std::string& text);

/// The user's part of the text as libbcc rewrote it, cut out of the compiler's log where libbcc puts it when asked to;
/// the log before and after it stays in `before` and `after`.
struct RewrittenLog {
  std::string before;
  std::string rewritten;
  std::string after;
};
[[nodiscard]] RewrittenLog split_log(const std::string& log, int line_offset);

}  // namespace bccxx::worker
