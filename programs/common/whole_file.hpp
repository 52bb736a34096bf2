#pragma once
// A file that readers never see half written.

#include <string>
#include <string_view>

namespace programs {

/// Writes a new file beside `path`, under a name nobody can foresee, and gives it the name.
///
/// Throws: std::system_error; then `path` is as it was
void write_whole_file(const std::string& path, std::string_view text);

}  // namespace programs
