#pragma once
// Why the cache is not used this time; never leaves the layer.

#include <filesystem>
#include <stdexcept>
#include <string>

namespace bccxx::compiler {

class CacheTrouble : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Throws: CacheTrouble that names the path and the reason, or the message of an errno
[[noreturn]] void refuse(const std::filesystem::path& path, const std::string& reason);
[[noreturn]] void refuse(const std::filesystem::path& path, int code);

}  // namespace bccxx::compiler
