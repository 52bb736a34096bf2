#pragma once
// Following a path in the root of a process, with no file system asked that may not answer.

#include "symbols/served_files.hpp"
#include "symbols/target_file.hpp"

#include <bccxx/support/unique_fd.hpp>
#include <bccxx/symbols/frame.hpp>

#include <string>

namespace bccxx::symbols {

/// What a path leads to, opened with O_PATH, or why it was not followed to its end.
struct Walked {
  UniqueFd fd;
  Unresolved reason = Unresolved::none;
};

/// Follows `path` part by part: links and ".." never lead out of `root_fd`, and no directory of a file system that
/// `served` refuses is looked into.
[[nodiscard]] Walked walk_in_root(int root_fd, const std::string& path, LastLink last, ServedFiles served);

}  // namespace bccxx::symbols
