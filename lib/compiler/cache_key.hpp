#pragma once
// Everything that decides the bytes of an object, hashed, without starting anything.

#include "compiler/sha256.hpp"

#include <bccxx/compiler/compile.hpp>
#include <bccxx/support/export.hpp>

#include <filesystem>

namespace bccxx::compiler {

/// The key of a request compiled by the process at `worker`.
///
/// Throws: CacheTrouble when the request cannot have a key
[[nodiscard]] BCCXX_API Digest cache_key(const Request& request, const std::filesystem::path& worker);

}  // namespace bccxx::compiler
