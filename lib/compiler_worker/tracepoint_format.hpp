#pragma once
// The C struct of a tracepoint's record, from its format file in tracefs.

#include <string>
#include <vector>

namespace bccxx::worker {

/// struct tracepoint__CATEGORY__EVENT as bcc's texts know it, on one line so that it moves no line numbers.
[[nodiscard]] std::string tracepoint_struct(const std::string& category, const std::string& event,
                                            const std::string& format);

/// A tracepoint the text asks for.
struct Tracepoint {
  std::string category;
  std::string event;
  int line = 0;             ///< where the text first names it; 0 when only an included file does
  std::string format_file;  ///< empty when it could not be read
  std::string declaration;  ///< empty when it could not be read
  std::string problem;      ///< why it could not be read, and what to do
};

/// The tracepoints whose structs the text or the files it includes use, by TRACEPOINT_PROBE or by name.
[[nodiscard]] std::vector<Tracepoint> find_tracepoints(const std::string& text, const std::string& included);

}  // namespace bccxx::worker
