// The cgroup2 mount is looked up in /proc/mounts; the group is a directory below it.

#include "cgroup.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <stdexcept>
#include <system_error>

namespace programs {

std::string cgroup2_mount() {
  std::ifstream mounts("/proc/mounts");
  std::string device;
  std::string place;
  std::string type;
  for (std::string rest; mounts >> device >> place >> type && std::getline(mounts, rest);) {
    if (type == "cgroup2") return place;
  }
  throw std::runtime_error("no cgroup2 file system is mounted");
}

namespace {

/// A lock that goes with its holder, however that ends.
bccxx::UniqueFd lock(const std::string& path) {
  bccxx::UniqueFd directory(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory && flock(directory.get(), LOCK_EX | LOCK_NB) != 0) directory.reset();
  return directory;
}

constexpr const char* mark = "user.bccxx";

/// Removes a group that a killed program of ours left, unless processes or groups are in it.
bool remove_left_over(const std::string& path) {
  const auto ours = lock(path);
  if (ours && fgetxattr(ours.get(), mark, nullptr, 0) >= 0 && rmdir(path.c_str()) == 0) return true;
  errno = EEXIST;
  return false;
}

}  // namespace

Cgroup::Cgroup(const std::string& name) : path_(cgroup2_mount() + "/" + name) {
  if (name.empty() || name.find('/') != std::string::npos)
    throw std::runtime_error("no group can be named '" + name + "'");
  if (mkdir(path_.c_str(), 0755) != 0 &&
      !(errno == EEXIST && remove_left_over(path_) && mkdir(path_.c_str(), 0755) == 0)) {
    throw std::system_error(errno, std::generic_category(), "make " + path_);
  }
  lock_ = lock(path_);
  // Before Linux 5.7 groups take no marks, and what a killed program left has to be removed by hand.
  fsetxattr(lock_.get(), mark, "", 0, 0);
}

Cgroup::~Cgroup() { rmdir(path_.c_str()); }

}  // namespace programs
