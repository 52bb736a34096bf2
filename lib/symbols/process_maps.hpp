#pragma once
// The executable mappings of a process, from the text of /proc/PID/maps.

#include <bccxx/support/export.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bccxx::symbols {

struct Mapping {
  std::uint64_t start = 0;
  std::uint64_t end = 0;
  std::uint64_t file_offset = 0;
  unsigned device_major = 0;
  unsigned device_minor = 0;
  std::uint64_t inode = 0;
  /// As the process sees it; empty for anonymous memory, "[vdso]" and the like for the kernel's own.
  std::string path;
  bool executable = false;
  /// The file had no name left when this was read.
  bool deleted = false;

  [[nodiscard]] bool has_file() const noexcept { return inode != 0 && path.starts_with('/'); }
  friend bool operator==(const Mapping&, const Mapping&) = default;
};

/// One line without its newline; nullopt when it is not such a line.
[[nodiscard]] BCCXX_API std::optional<Mapping> parse_mapping(std::string_view line);

/// The executable mappings of `maps_fd`, ascending; nullopt when it cannot be read. `most` bounds them.
[[nodiscard]] BCCXX_API std::optional<std::vector<Mapping>> read_executable_mappings(int maps_fd,
                                                                                     std::size_t most = 262144);

}  // namespace bccxx::symbols
