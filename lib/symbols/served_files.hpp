#pragma once
// File systems that another process serves (FUSE): whoever asks one may be made to wait, and for ever.

#include <bccxx/support/export.hpp>
#include <bccxx/symbols/symboliser.hpp>

namespace bccxx::symbols {

/// What is done about files of such file systems.
enum class ServedFiles { refuse, open };

[[nodiscard]] inline ServedFiles served_files(const SymbolOptions& options) {
  return options.fuse_files ? ServedFiles::open : ServedFiles::refuse;
}

/// Whether the file that `fd`, opened with O_PATH, leads to is on one. Only the kernel is asked.
[[nodiscard]] BCCXX_API bool is_served(int fd);

}  // namespace bccxx::symbols
