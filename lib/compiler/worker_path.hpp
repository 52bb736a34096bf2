#pragma once
// Where the compiler process is installed: beside the library or program that asks, or where the build said.

#include <bccxx/compiler/compile.hpp>
#include <bccxx/support/export.hpp>

#include <filesystem>
#include <string>

namespace bccxx::compiler {

/// The absolute path of the compiler process.
///
/// Throws: WorkerError `not_found`, whose output lists the places tried and what is wrong with each
[[nodiscard]] BCCXX_API std::filesystem::path find_worker(const Worker& worker);

/// Why someone else than root, the effective user and the owner of `module` may have put `path` where it is, or why it
/// cannot be started; empty when all is well.
[[nodiscard]] BCCXX_API std::string distrust(const std::filesystem::path& path, const std::filesystem::path& module);

}  // namespace bccxx::compiler
