#pragma once
// What a file was when an object was made from it, and whether it still is that.

#include "compiler/sha256.hpp"

#include <bccxx/support/export.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace bccxx::compiler {

/// Units: times in ns since 1970
struct FileIdentity {
  std::string path;
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t size = 0;
  std::int64_t modified = 0;
  std::int64_t changed = 0;
  /// Of an ELF file with a build id, that id; of any other, its bytes.
  Digest content{};
};

/// Nullopt when it is no regular file or cannot be read.
[[nodiscard]] BCCXX_API std::optional<FileIdentity> identify(const std::string& path);

/// Whether the file is still what it was at `recorded`, in ns since 1970. Compares the content only where the
/// file's times leave a doubt.
[[nodiscard]] BCCXX_API bool unchanged(const FileIdentity& identity, std::int64_t recorded);

}  // namespace bccxx::compiler
