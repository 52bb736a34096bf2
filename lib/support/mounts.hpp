#pragma once
// Where the kernel's own file systems are mounted.

#include <bccxx/support/export.hpp>

#include <optional>
#include <string>

namespace bccxx::support {

/// Where tracefs is mounted now, or nullopt when it is not.
[[nodiscard]] BCCXX_API std::optional<std::string> find_tracefs();

/// Where tracefs is mounted now.
///
/// Throws: SystemError whose hint is the command that mounts it
[[nodiscard]] BCCXX_API std::string tracefs();

/// Whether `path`, or the nearest directory above it that exists, lies on a BPF file system.
[[nodiscard]] BCCXX_API bool on_bpffs(const std::string& path);

}  // namespace bccxx::support
