#pragma once
// Headers as files, below folders that need not be there yet.

#include <filesystem>
#include <string_view>

namespace bccxx::worker {

/// Throws: SystemError when the file cannot be written
void write_header(const std::filesystem::path& path, std::string_view text);

}  // namespace bccxx::worker
