#pragma once
// clang's messages on stderr, turned into diagnostics in the user's own file, lines and columns.

#include "compiler_worker/line_map.hpp"

#include <bccxx/support/error.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace bccxx::worker {

/// What is needed to name places as the user knows them.
struct Places {
  std::string file_name;    ///< of the user's text
  int line_offset = 0;      ///< as in FramedText
  std::string header_tree;  ///< the synthesised kernel headers; shown as "<kernel types>"
  std::string own_headers;  ///< where bccxx/strings.h and its like are; shown as "<bccxx/strings.h>"
};

/// How the user knows a header that clang read: "<kernel types>", "<bccxx/strings.h>", or by its own name.
[[nodiscard]] std::string readable_name(std::string_view file, const Places& places);

/// Messages of the compiler's log. `map` is given for the part of the log that speaks about the rewritten text.
[[nodiscard]] std::vector<Diagnostic> parse_diagnostics(const std::string& log, const Places& places,
                                                        const LineMap* map);

/// The log with places named as in the diagnostics.
[[nodiscard]] std::string readable_log(const std::string& log, const Places& places);

}  // namespace bccxx::worker
