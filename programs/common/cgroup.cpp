// The cgroup2 mount is looked up in /proc/mounts; the group is a directory below it.

#include "cgroup.hpp"

#include <sys/stat.h>
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

Cgroup::Cgroup(const std::string& name) : path_(cgroup2_mount() + "/" + name) {
  if (mkdir(path_.c_str(), 0755) != 0) throw std::system_error(errno, std::generic_category(), "make " + path_);
}

Cgroup::~Cgroup() { rmdir(path_.c_str()); }

}  // namespace programs
