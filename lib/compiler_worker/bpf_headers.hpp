#pragma once
// The headers of our own that any BPF text can include, such as <bccxx/strings.h>.

#include <filesystem>

namespace bccxx::worker {

/// Writes them below `directory`, which must be among the include paths.
///
/// Throws: SystemError when a file cannot be written
void write_bpf_headers(const std::filesystem::path& directory);

}  // namespace bccxx::worker
