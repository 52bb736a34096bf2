#pragma once
// The tracepoints a text of bcc's dialect names.

#include <bccxx/support/export.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace bccxx::compiler {

struct TracepointName {
  std::string category;
  std::string event;
  std::size_t position = 0;   ///< in the text
  bool takes_record = false;  ///< the text uses the struct of the tracepoint's record
};

/// Every TRACEPOINT_PROBE(category, event) and tracepoint__category__event, each as often as it is there.
[[nodiscard]] BCCXX_API std::vector<TracepointName> tracepoint_names(std::string_view text);

}  // namespace bccxx::compiler
