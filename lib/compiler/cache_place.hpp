#pragma once
// Which directory the cache is in, and when there may be none.

#include "compiler/trusted_directory.hpp"

#include <bccxx/compiler/compile.hpp>
#include <bccxx/support/export.hpp>

#include <filesystem>

namespace bccxx::compiler {

/// The directory the cache's settings and this process's environment and ids lead to.
///
/// Throws: CacheTrouble when there is none, or when the user of a privileged program could choose what it runs
[[nodiscard]] BCCXX_API std::filesystem::path cache_place(const Cache& cache);

}  // namespace bccxx::compiler
