// Written beside under a name of its own, then renamed.

#include "whole_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <system_error>
#include <utility>

namespace programs {
namespace {

/// A new file beside the one it is to become; gone again unless it is kept.
class Unfinished {
 public:
  explicit Unfinished(const std::string& path) : name_(path + ".XXXXXX"), fd_(::mkostemp(name_.data(), O_CLOEXEC)) {
    if (fd_ < 0) fail(path);
  }
  ~Unfinished() {
    if (fd_ >= 0) ::close(fd_);
    if (!name_.empty()) ::unlink(name_.c_str());
  }
  Unfinished(const Unfinished&) = delete;
  Unfinished& operator=(const Unfinished&) = delete;

  void write(std::string_view text) {
    while (!text.empty()) {
      const auto n = ::write(fd_, text.data(), text.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) fail(name_);
      text.remove_prefix(static_cast<std::size_t>(n));
    }
  }

  void become(const std::string& path) {
    // As any new file of this process; mkostemp's is its owner's alone.
    const auto mask = ::umask(0);
    ::umask(mask);
    if (::fchmod(fd_, 0666 & ~mask) != 0) fail(name_);
    if (::close(std::exchange(fd_, -1)) != 0) fail(name_);
    if (::rename(name_.c_str(), path.c_str()) != 0) fail(path);
    name_.clear();
  }

 private:
  [[noreturn]] static void fail(const std::string& path) {
    throw std::system_error(errno, std::generic_category(), "write " + path);
  }

  std::string name_;
  int fd_;
};

}  // namespace

void write_whole_file(const std::string& path, std::string_view text) {
  Unfinished file(path);
  file.write(text);
  file.become(path);
}

}  // namespace programs
