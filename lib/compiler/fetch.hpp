#pragma once
// The bytes of a request's object, from the cache or from the compiler process.

#include <bccxx/compiler/compile.hpp>
#include <bccxx/support/export.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace bccxx::compiler {

struct Fetched {
  std::vector<std::byte> object;
  Origin origin = Origin::compiled;
  std::string cache_note;
  std::string log;
};

/// Throws: as compile()
[[nodiscard]] BCCXX_API Fetched fetch(const Request& request, const Worker& worker, const Cache& cache);

/// Compiles whatever the cache has, and puts the result in its place: for entries that turned out to be useless.
///
/// Throws: as compile()
[[nodiscard]] BCCXX_API Fetched fetch_anew(const Request& request, const Worker& worker, const Cache& cache);

}  // namespace bccxx::compiler
