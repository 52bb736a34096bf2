// A tokeniser for C that understands as much of directives and declarations as choosing kernel types needs.
#include "compiler_worker/kernel_headers/source_facts.hpp"

#include <algorithm>
#include <cstddef>

namespace bccxx::worker {
namespace {

constexpr bool is_name_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_name_part(char c) { return is_name_start(c) || is_digit(c); }

bool is_tag_keyword(std::string_view word) { return word == "struct" || word == "union" || word == "enum"; }

/// One identifier, or one character of punctuation. Numbers and literals come as the character that starts them.
struct Token {
  std::string_view text;
  [[nodiscard]] bool is(char c) const { return text.size() == 1 && text[0] == c; }
  [[nodiscard]] bool is_name() const { return !text.empty() && is_name_start(text[0]); }
};

/// Hands out tokens; comments, literals and line splices are passed over.
class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  /// An empty token at the end of the text; a '#' that opens a directive sets at_directive().
  Token next() {
    at_directive_ = false;
    skip_blank();
    if (at_ >= text_.size()) return {};
    const char c = text_[at_];
    if (is_name_start(c)) return take_while(is_name_part);
    if (is_digit(c)) return take_number();
    if (c == '"' || c == '\'') return take_literal(c);
    if (c == '#' && line_start_) at_directive_ = true;
    line_start_ = false;
    return {text_.substr(at_++, 1)};
  }

  [[nodiscard]] bool at_directive() const { return at_directive_; }

  /// The rest of the logical line, splices included.
  std::string_view rest_of_line() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && text_[at_] != '\n') {
      if (text_.compare(at_, 2, "/*") == 0) {
        skip_comment();
        continue;
      }
      at_ += text_.compare(at_, 2, "\\\n") == 0 ? 2 : 1;
    }
    at_ = std::min(at_, text_.size());
    return text_.substr(begin, at_ - begin);
  }

 private:
  void skip_comment() {
    const std::size_t end = text_.find("*/", at_ + 2);
    at_ = end == std::string_view::npos ? text_.size() : end + 2;
  }

  void skip_blank() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '\n') {
        line_start_ = true;
        ++at_;
      } else if (c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v') {
        ++at_;
      } else if (text_.compare(at_, 2, "\\\n") == 0) {
        at_ += 2;
      } else if (text_.compare(at_, 2, "/*") == 0) {
        skip_comment();
      } else if (text_.compare(at_, 2, "//") == 0) {
        rest_of_line();
      } else {
        return;
      }
    }
  }

  template <typename Predicate>
  Token take_while(Predicate&& part) {
    line_start_ = false;
    const std::size_t begin = at_;
    while (at_ < text_.size() && part(text_[at_])) ++at_;
    return {text_.substr(begin, at_ - begin)};
  }

  Token take_number() {
    const Token whole = take_while([](char c) { return is_name_part(c) || c == '.'; });
    return {whole.text.substr(0, 1)};
  }

  Token take_literal(char quote) {
    line_start_ = false;
    const std::size_t begin = at_++;
    while (at_ < text_.size() && text_[at_] != quote && text_[at_] != '\n') at_ += text_[at_] == '\\' ? 2 : 1;
    at_ = std::min(at_ + 1, text_.size());
    return {text_.substr(begin, 1)};
  }

  std::string_view text_;
  std::size_t at_ = 0;
  bool line_start_ = true;
  bool at_directive_ = false;
};

/// Reads tokens and keeps just enough context to tell definitions from uses.
class Reader {
 public:
  explicit Reader(SourceFacts& facts) : facts_(facts) {}

  void read(std::string_view text) {
    Lexer lexer(text);
    for (Token token = lexer.next(); !token.text.empty(); token = lexer.next()) {
      if (lexer.at_directive()) {
        read_directive(lexer.rest_of_line());
      } else {
        read_token(token);
      }
    }
  }

 private:
  void read_directive(std::string_view line) {
    Lexer lexer(line);
    const Token name = lexer.next();
    if (name.text == "include" || name.text == "include_next" || name.text == "import") return;
    const bool defines = name.text == "define";
    Token token = lexer.next();
    if (defines) {
      if (token.is_name()) facts_.defined_macros.insert(token.text);
      token = lexer.next();
    } else if (name.text == "undef" && token.is_name()) {
      facts_.undefined_macros.insert(token.text);
    }
    Token before;
    for (; !token.text.empty(); token = lexer.next()) {
      if (token.is_name()) facts_.identifiers.insert(token.text);
      if (is_tag_keyword(before.text) && token.is_name()) facts_.tags.insert(token.text);
      if ((before.is('.') || before.is('>')) && token.is_name()) facts_.used_members.insert(token.text);
      if (defines && (is_tag_keyword(token.text) || (before.is('#') && token.is('#')))) facts_.composes_names = true;
      before = token;
    }
  }

  void read_token(Token token) {
    if (token.is_name()) {
      facts_.identifiers.insert(token.text);
      if (is_tag_keyword(before_.text)) facts_.tags.insert(token.text);
      if (before_.is('.') || (before_.is('>') && before_before_.is('-'))) facts_.used_members.insert(token.text);
      if (before_.is('(') && before_before_.text == "BPF_ITER") facts_.iterators.insert(token.text);
    } else if (token.is('{')) {
      open_brace();
    } else if (token.is('}')) {
      if (depth_ > 0) --depth_;
      if (enum_depth_ > depth_) enum_depth_ = 0;
    } else if (token.is('(')) {
      if (depth_ == 0 && parentheses_ == 0) opened_by_ = before_;
      if (at_file_scope()) define(before_);
      ++parentheses_;
    } else if (token.is(')')) {
      define_table();
      if (parentheses_ > 0) --parentheses_;
    } else if (token.is(';') || token.is('=') || token.is('[') || token.is(',')) {
      if (at_file_scope()) define(before_);
      define_table();
    }
    if (ends_declarator(token)) facts_.declared.insert(before_.text);
    if (enum_depth_ != 0 && depth_ == enum_depth_ && token.is_name() && (before_.is('{') || before_.is(','))) {
      facts_.defined_names.insert(token.text);
    }
    if (token.is(';') && depth_ == 0) parentheses_ = 0;
    before_before_ = before_;
    before_ = token;
  }

  /// Whether the name before `token` may be declared there: `type name;`, `type *name[`, and the like.
  [[nodiscard]] bool ends_declarator(Token token) const {
    const bool ends = token.is(';') || token.is('[') || token.is(',') || token.is(':') || token.is('=');
    const bool typed = before_before_.is_name() && before_before_.text != "return";
    return ends && before_.is_name() && (typed || before_before_.is('*'));
  }

  void open_brace() {
    const bool anonymous = is_tag_keyword(before_.text);
    const std::string_view keyword = anonymous ? before_.text : before_before_.text;
    if (!anonymous && is_tag_keyword(keyword) && before_.is_name()) facts_.defined_tags.insert(before_.text);
    ++depth_;
    if (keyword == "enum") enum_depth_ = depth_;
    parentheses_ = 0;
  }

  [[nodiscard]] bool at_file_scope() const { return depth_ == 0 && parentheses_ == 0; }

  /// `name` ends a declarator of the file scope, unless it is a tag, a lone word or a value.
  void define(Token name) {
    const Token before = before_before_;
    const bool declares = before.is_name() ? !is_tag_keyword(before.text)
                                           : before.is('*') || before.is('}') || before.is(')') || before.is(',');
    if (name.is_name() && declares) facts_.defined_names.insert(name.text);
  }

  /// The first argument of bcc's table macros is the table's name.
  void define_table() {
    const bool first = depth_ == 0 && parentheses_ == 1 && before_before_.is('(');
    const bool is_table = first && before_.is_name() && opened_by_.text.substr(0, 4) == "BPF_";
    if (is_table) facts_.defined_names.insert(before_.text);
  }

  SourceFacts& facts_;
  Token before_;
  Token before_before_;
  Token opened_by_;
  int depth_ = 0;
  int parentheses_ = 0;
  int enum_depth_ = 0;
};

}  // namespace

void read_source(std::string_view text, SourceFacts& facts) { Reader(facts).read(text); }

}  // namespace bccxx::worker
