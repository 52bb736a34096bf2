// Folders first; whatever goes wrong there shows when the file is written.
#include "compiler_worker/kernel_headers/header_file.hpp"

#include "support/system_call.hpp"

#include <cerrno>
#include <fstream>
#include <system_error>

namespace bccxx::worker {

void write_header(const std::filesystem::path& path, std::string_view text) {
  std::error_code shows_below;
  std::filesystem::create_directories(path.parent_path(), shows_below);
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (!file) support::fail(errno != 0 ? errno : EIO, "write", path.string());
}

}  // namespace bccxx::worker
