// Reads a descriptor to its end; files of /proc and /sys have no size to trust.

#include "support/file.hpp"

#include "support/system_call.hpp"

#include <bccxx/support/unique_fd.hpp>

#include <fcntl.h>
#include <unistd.h>
#include <array>
#include <cerrno>

namespace bccxx::support {
namespace {

/// 0, or the errno that stopped the reading.
int read_whole(const std::string& path, std::string& text) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return errno;
  std::array<char, 16384> block{};
  for (;;) {
    const auto n = ::read(fd.get(), block.data(), block.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno;
    if (n == 0) return 0;
    text.append(block.data(), static_cast<std::size_t>(n));
  }
}

}  // namespace

std::optional<std::string> read_small_file(const std::string& path) {
  std::string text;
  if (read_whole(path, text) != 0) return std::nullopt;
  return text;
}

std::string read_file(const std::string& path) {
  std::string text;
  if (const int code = read_whole(path, text); code != 0) fail(code, "read", path);
  return text;
}

}  // namespace bccxx::support
