// Part by part; lexically_normal() would take ".." for the folder before.

#include "compiler/plain_path.hpp"

namespace bccxx::compiler {

std::filesystem::path plain_path(const std::filesystem::path& path) {
  std::filesystem::path plain;
  for (const auto& part : std::filesystem::absolute(path)) {
    if (!part.empty() && part != ".") plain /= part;
  }
  return plain;
}

}  // namespace bccxx::compiler
