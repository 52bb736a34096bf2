#pragma once
// The dynamic linker's list of libraries, /etc/ld.so.cache.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bccxx::symbols {

struct CachedLibrary {
  std::string soname;
  std::string path;
};

/// The libraries in the bytes of a cache file; empty when they are not one. Nothing in them is trusted.
[[nodiscard]] std::vector<CachedLibrary> read_linker_cache(std::string_view bytes);

}  // namespace bccxx::symbols
