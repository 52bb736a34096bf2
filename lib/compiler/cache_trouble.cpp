// "path: reason", as messages of the shell are.

#include "compiler/cache_trouble.hpp"

#include <fmt/format.h>

#include <system_error>

namespace bccxx::compiler {

void refuse(const std::filesystem::path& path, const std::string& reason) {
  throw CacheTrouble(fmt::format("{}: {}", path.native(), reason));
}

void refuse(const std::filesystem::path& path, int code) { refuse(path, std::generic_category().message(code)); }

}  // namespace bccxx::compiler
