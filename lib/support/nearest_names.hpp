#pragma once
// "Did you mean": the known names closest to a misspelt one.

#include <bccxx/support/export.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace bccxx::support {

/// At most `most` names within a small edit distance of `wanted`, nearest first; transposed letters count as one edit.
[[nodiscard]] BCCXX_API std::vector<std::string> nearest_names(std::string_view wanted,
                                                               const std::vector<std::string>& known,
                                                               std::size_t most = 3);

/// The same, but where nothing is near and no more than `most` are known, all of those.
[[nodiscard]] BCCXX_API std::vector<std::string> nearest_or_all(std::string_view wanted,
                                                                const std::vector<std::string>& known,
                                                                std::size_t most = 3);

}  // namespace bccxx::support
