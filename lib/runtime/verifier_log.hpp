#pragma once
// The verifier's log, read for its reason and for the user's line.

#include <bccxx/support/export.hpp>

#include <string>
#include <string_view>

namespace bccxx::runtime {

/// What a verifier log says of a refusal.
struct VerifierVerdict {
  std::string summary;      ///< never empty
  std::string source_line;  ///< `file:line: text`, `text` alone when the log has no position, or empty
};

/// Reads a log of any kernel: the reason is the last line that is no instruction, register state, annotation or
/// statistic; kernels from 7.3 add a report with headings, whose reason is taken instead.
///
/// `source` and `source_name` are the text of the program, which gives the position of a line where the kernel
/// (before 6.8) quotes the line alone; both may be empty.
[[nodiscard]] BCCXX_API VerifierVerdict read_verifier_log(std::string_view log, std::string_view source,
                                                          std::string_view source_name);

}  // namespace bccxx::runtime
