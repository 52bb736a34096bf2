// The frame is made of line directives, which libbcc's rewriting leaves alone.

#include "compiler_worker/text_frame.hpp"

#include <fmt/format.h>

#include <cctype>

namespace bccxx::worker {
namespace {

/// Higher than any line of a header: LLVM 14 files a header's inlined code under the text's name with the header's
/// line, and only so can the two be told apart.
constexpr int far_offset = 1 << 20;

bool uses_line_macro(const std::string& text) { return text.find("__LINE__") != std::string::npos; }

std::string directive(int line_offset) { return fmt::format("#line {} \"{}\"\n", line_offset + 1, text_name); }

constexpr std::string_view rewritten_start = "#if defined(BPF_LICENSE)\n";
constexpr std::string_view rewritten_end = "\n#include <bcc/footer.h>\n";

}  // namespace

FramedText frame_text(const std::string& preamble, const std::string& text) {
  FramedText framed;
  framed.line_offset = uses_line_macro(text) ? 0 : far_offset;
  framed.text = preamble;
  if (!preamble.empty() && preamble.back() != '\n') framed.text += '\n';
  framed.text += directive(framed.line_offset) + text;
  return framed;
}

RewrittenLog split_log(const std::string& log, int line_offset) {
  // The first line is libbcc's clang command.
  const auto start = log.find(rewritten_start);
  const auto end = start == std::string::npos ? start : log.find(rewritten_end, start);
  if (end == std::string::npos) return {log, {}, {}};
  const auto marker = directive(line_offset);
  const auto text = log.find(marker, start);
  RewrittenLog split;
  split.before = log.substr(0, start);
  split.after = log.substr(end + rewritten_end.size());
  if (text != std::string::npos && text < end) {
    split.rewritten = log.substr(text + marker.size(), end - text - marker.size());
  }
  return split;
}

}  // namespace bccxx::worker
