#pragma once
// Something in the text that libbcc lets pass and that cannot work.

#include <stdexcept>
#include <string>

namespace bccxx::worker {

class TextProblem : public std::runtime_error {
 public:
  TextProblem(int line, const std::string& message) : std::runtime_error(message), line_(line) {}
  /// In the user's text; 0 where it is not known.
  [[nodiscard]] int line() const noexcept { return line_; }

 private:
  int line_;
};

}  // namespace bccxx::worker
