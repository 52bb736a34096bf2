#pragma once
// Finding the separate debug file of a stripped binary.

#include "symbols/elf_file.hpp"
#include "symbols/target_file.hpp"

#include <bccxx/symbols/symboliser.hpp>

#include <optional>
#include <string>

namespace bccxx::symbols {

struct DebugFile {
  ElfFile file;
  std::shared_ptr<const FileSource> source;
  bool trusted = false;
};

/// By build id below the debug directories, then by .gnu_debuglink beside the binary and below them; first on this
/// machine, then in the root of the process (`root_fd`, -1 for none). A file that belongs to another binary is not
/// taken.
[[nodiscard]] BCCXX_API std::optional<DebugFile> find_debug_file(const ElfFile& binary, const std::string& path,
                                                                 int root_fd, const SymbolOptions& options);

/// The debug file of a build id, on this machine.
[[nodiscard]] BCCXX_API std::optional<DebugFile> find_debug_file(const BuildId& id, const SymbolOptions& options);

/// The debug file of a kernel, by its build id or its release.
[[nodiscard]] BCCXX_API std::optional<DebugFile> find_kernel_debug_file(const BuildId& id, const std::string& release,
                                                                        const SymbolOptions& options);

/// The checksum .gnu_debuglink holds.
[[nodiscard]] BCCXX_API std::uint32_t debug_link_crc(const ByteSource& source);

}  // namespace bccxx::symbols
