#pragma once
// A directory that nobody but its owner, or root, can put anything into or exchange.

#include "compiler/cache_trouble.hpp"

#include <bccxx/support/export.hpp>
#include <bccxx/support/unique_fd.hpp>

#include <filesystem>

namespace bccxx::compiler {

/// Opens `path`, component by component, and creates what is missing with mode 0700.
/// Each parent must belong to root or to the effective user and be writable by nobody else, unless it is sticky and
/// root's; links among the parents must belong to root or the effective user. The directory itself must be no link,
/// belong to the effective user and have mode 0700.
///
/// Throws: CacheTrouble that names the component and what is wrong with it
[[nodiscard]] BCCXX_API UniqueFd open_trusted_directory(const std::filesystem::path& path);

}  // namespace bccxx::compiler
