#pragma once
// From "c" to the opened file that is libc, here or in another process's view of the machine.

#include "symbols/byte_source.hpp"
#include "symbols/target_file.hpp"

#include <bccxx/support/export.hpp>
#include <bccxx/support/unique_fd.hpp>

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace bccxx::symbols {

/// A regular file, opened once: what is read of it is what will be probed, whatever becomes of its name.
struct Binary {
  std::string path;  ///< as the process sees it
  std::shared_ptr<const FileSource> source;
  FileIdentity identity;
  UniqueFd root;  ///< of the process whose view was taken; empty for this one's
  /// Only root or this process's own user can have written it.
  bool trusted = false;

  /// A path that names this very file here: its own where that leads here, else through /proc/PID/root.
  [[nodiscard]] std::string path_from_here(pid_t pid) const;
  /// A path that the kernel follows to this very file while this lives.
  [[nodiscard]] std::string kernel_path() const;
};

/// The binary a user names: a path, a library ("c", "libc", "libc.so.6"), or a program ("bash").
///
/// With a pid, libraries are those the process has mapped and paths are taken in its root directory, with their
/// symbolic links. A library is looked for in the dynamic linker's cache and the standard directories, a program in
/// the standard directories; the environment is not read.
///
/// Returns: nullopt when there is no such regular file
/// Throws:  SystemError when it may not be opened
/// Source:  bcc find_library, find_exe
[[nodiscard]] BCCXX_API std::optional<Binary> open_binary(const std::string& name, pid_t pid = -1);

/// The program of a process and the libraries it has mapped, each once; what cannot be opened is left out.
///
/// Throws: NotFound when there is no such process, SystemError when its mappings may not be read
[[nodiscard]] BCCXX_API std::vector<Binary> mapped_binaries(pid_t pid);

}  // namespace bccxx::symbols
