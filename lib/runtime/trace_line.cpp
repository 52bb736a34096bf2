// The text form of a trace event: 16 columns of command name, then "-pid [cpu] flags seconds: symbol: message".

#include <bccxx/runtime/trace_pipe.hpp>

#include <algorithm>
#include <charconv>
#include <cstddef>

namespace bccxx {
namespace {

constexpr std::size_t comm_columns = 16;

/// Reads words and numbers from the front of a text.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool skip(char wanted) {
    skip_blanks();
    if (rest_.empty() || rest_.front() != wanted) return false;
    rest_.remove_prefix(1);
    return true;
  }

  template <class Number>
  [[nodiscard]] bool number(Number& value) {
    skip_blanks();
    const auto parsed = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (parsed.ec != std::errc()) return false;
    rest_.remove_prefix(static_cast<std::size_t>(parsed.ptr - rest_.data()));
    return true;
  }

  [[nodiscard]] std::string_view word() {
    skip_blanks();
    const auto found = rest_.substr(0, rest_.find(' '));
    rest_.remove_prefix(found.size());
    return found;
  }

  [[nodiscard]] std::string_view rest() const { return rest_; }

 private:
  void skip_blanks() { rest_.remove_prefix(std::min(rest_.find_first_not_of(' '), rest_.size())); }

  std::string_view rest_;
};

}  // namespace

std::optional<TraceFields> parse_trace_line(std::string_view line) {
  if (line.size() <= comm_columns || line[comm_columns] != '-') return std::nullopt;
  TraceFields fields;
  auto comm = line.substr(0, comm_columns);
  comm.remove_prefix(std::min(comm.find_first_not_of(' '), comm.size()));
  fields.task = comm;

  Reader reader(line.substr(comm_columns + 1));
  if (!reader.number(fields.pid)) return std::nullopt;
  if (!reader.skip('[') || !reader.number(fields.cpu) || !reader.skip(']')) return std::nullopt;
  fields.flags = reader.word();
  std::int64_t seconds = 0;
  std::int64_t fraction = 0;
  if (!reader.number(seconds) || !reader.skip('.') || !reader.number(fraction) || !reader.skip(':'))
    return std::nullopt;
  fields.timestamp = std::chrono::seconds(seconds) + std::chrono::microseconds(fraction);
  const auto symbol_and_message = reader.rest();
  const auto colon = symbol_and_message.find(": ");
  if (colon == std::string_view::npos) return std::nullopt;
  fields.message = symbol_and_message.substr(colon + 2);
  return fields;
}

}  // namespace bccxx
