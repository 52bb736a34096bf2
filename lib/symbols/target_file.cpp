// Files are first opened as mere paths, looked at, and only then for reading.

#include "symbols/target_file.hpp"

#include "symbols/path_walk.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>

namespace bccxx::symbols {
namespace {

Unresolved reason_of(int code) {
  return code == EACCES || code == EPERM ? Unresolved::not_permitted : Unresolved::file_gone;
}

TargetFile open_looked_at(const UniqueFd& path_fd, ServedFiles served) {
  TargetFile file;
  if (path_fd && served == ServedFiles::refuse && is_served(path_fd.get())) {
    file.reason = Unresolved::fuse_file;
    return file;
  }
  struct stat status {};
  if (!path_fd || ::fstat(path_fd.get(), &status) != 0) {
    file.reason = reason_of(errno);
    return file;
  }
  if (!S_ISREG(status.st_mode)) {
    file.reason = Unresolved::not_a_regular_file;
    return file;
  }
  const auto link = fmt::format("/proc/self/fd/{}", path_fd.get());
  file.fd = UniqueFd(::open(link.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
  if (!file.fd) file.reason = reason_of(errno);
  file.identity = {status.st_dev, status.st_ino, static_cast<std::uint64_t>(status.st_size),
                   status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec};
  file.owner = status.st_uid;
  file.mode = status.st_mode;
  return file;
}

}  // namespace

bool TargetFile::is_trusted() const noexcept {
  return (owner == 0 || owner == ::geteuid()) && (mode & (S_IWGRP | S_IWOTH)) == 0;
}

TargetFile open_regular(int directory_fd, const std::string& path, ServedFiles served) {
  return open_looked_at(UniqueFd(::openat(directory_fd, path.c_str(), O_PATH | O_CLOEXEC)), served);
}

TargetFile open_regular_in_root(int root_fd, const std::string& path, LastLink last, ServedFiles served) {
  const auto walked = walk_in_root(root_fd, path, last, served);
  if (walked.fd) return open_looked_at(walked.fd, served);
  TargetFile file;
  file.reason = walked.reason;
  return file;
}

TargetFile open_regular_here(const std::string& path, ServedFiles served) {
  const UniqueFd root(::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
  return open_regular_in_root(root.get(), path, LastLink::follow, served);
}

}  // namespace bccxx::symbols
