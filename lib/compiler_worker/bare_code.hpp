#pragma once
// A C text without its comments and literals, and the calls in it.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bccxx::worker {

/// The text with blanks for comments and literals: every offset and line is that of the text.
[[nodiscard]] std::string bare_code(const std::string& text);

/// A part of the text.
struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// `name(argument, argument)`
struct Call {
  std::size_t open = 0;
  std::size_t close = 0;
  std::vector<Span> arguments;
};

/// The call whose name ends at `after_name`; nothing when no closed bracket follows.
[[nodiscard]] std::optional<Call> call_at(const std::string& code, std::size_t after_name);

/// The words of the code that may be names, in order.
[[nodiscard]] std::vector<Span> names_in(const std::string& code);
/// A part of the code without the blanks around it.
[[nodiscard]] std::string_view trimmed(const std::string& code, Span span);

[[nodiscard]] std::size_t skip_blank(const std::string& code, std::size_t at);
[[nodiscard]] bool is_name_part(char c);
[[nodiscard]] bool is_blank(char c);

}  // namespace bccxx::worker
