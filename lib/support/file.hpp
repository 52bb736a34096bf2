#pragma once
// Reading small files of /proc and /sys whole.

#include <bccxx/support/export.hpp>

#include <optional>
#include <string>

namespace bccxx::support {

/// The text of a file, or nullopt when it cannot be opened or read.
[[nodiscard]] BCCXX_API std::optional<std::string> read_small_file(const std::string& path);

/// The text of a file.
///
/// Throws: SystemError when it cannot be opened or read
[[nodiscard]] BCCXX_API std::string read_file(const std::string& path);

}  // namespace bccxx::support
