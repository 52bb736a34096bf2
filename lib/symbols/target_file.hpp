#pragma once
// Opening files that a traced process chose: no device is touched, nothing blocks, no link leads out of its root.

#include "symbols/served_files.hpp"

#include <bccxx/support/export.hpp>
#include <bccxx/support/unique_fd.hpp>
#include <bccxx/symbols/frame.hpp>

#include <sys/types.h>
#include <compare>
#include <cstdint>
#include <string>

namespace bccxx::symbols {

/// What tells one file's contents from another's.
struct FileIdentity {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t size = 0;
  std::int64_t modified_ns = 0;
  friend auto operator<=>(const FileIdentity&, const FileIdentity&) = default;
};

struct TargetFile {
  UniqueFd fd;
  FileIdentity identity;
  uid_t owner = 0;
  mode_t mode = 0;
  Unresolved reason = Unresolved::none;

  [[nodiscard]] explicit operator bool() const noexcept { return reason == Unresolved::none; }
  /// Only root or this process's own user can have written it.
  [[nodiscard]] bool is_trusted() const noexcept;
};

/// A regular file. A magic link of /proc is followed, as any link is; `path` itself must be one that may be asked for.
[[nodiscard]] BCCXX_API TargetFile open_regular(int directory_fd, const std::string& path, ServedFiles served);
/// A regular file below `root_fd`; links are taken as the process in that root takes them, `last` says whether the last
/// part may be one. Nothing on the way is asked that `served` refuses.
enum class LastLink { follow, refuse };
[[nodiscard]] BCCXX_API TargetFile open_regular_in_root(int root_fd, const std::string& path, LastLink last,
                                                        ServedFiles served);
/// The same in the root of this process: for a path that another one chose.
[[nodiscard]] BCCXX_API TargetFile open_regular_here(const std::string& path, ServedFiles served);

}  // namespace bccxx::symbols
