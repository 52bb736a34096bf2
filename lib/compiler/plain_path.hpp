#pragma once
// One spelling for the ways into a folder, without asking the file system.

#include <bccxx/support/export.hpp>

#include <filesystem>

namespace bccxx::compiler {

/// The path from the root, without "." and without a separator at its end. ".." stays: after a symbolic link it leads
/// elsewhere than the path's text says.
[[nodiscard]] BCCXX_API std::filesystem::path plain_path(const std::filesystem::path& path);

}  // namespace bccxx::compiler
