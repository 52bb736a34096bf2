#pragma once
// Runs a part of a test in a process that has mounts of its own, so that a disk can be full and a folder read-only.

#include <catch2/catch.hpp>

#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <fstream>
#include <functional>
#include <string>

namespace compiler_tests {

namespace detail {

inline bool write_map(const char* file, const std::string& text) {
  std::ofstream out(file);
  out << text;
  return static_cast<bool>(out.flush());
}

inline bool enter_private_mounts() {
  const auto uid = ::geteuid();
  const auto gid = ::getegid();
  if (::unshare(CLONE_NEWNS | (uid == 0 ? 0 : CLONE_NEWUSER)) != 0) return false;
  if (uid != 0 && !(write_map("/proc/self/setgroups", "deny") &&
                    write_map("/proc/self/uid_map", "0 " + std::to_string(uid) + " 1") &&
                    write_map("/proc/self/gid_map", "0 " + std::to_string(gid) + " 1"))) {
    return false;
  }
  return ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
}

}  // namespace detail

/// Runs `body` in a child process; its result, empty for success, is what the test checks.
inline std::string with_private_mounts(const std::function<std::string()>& body) {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    std::string result;
    try {
      result = detail::enter_private_mounts() ? body() : std::string("no private mounts: ") + std::strerror(errno);
    } catch (const std::exception& error) {
      result = std::string("exception: ") + error.what();
    }
    ::_exit(::write(ends[1], result.data(), result.size()) == static_cast<ssize_t>(result.size()) ? 0 : 1);
  }
  ::close(ends[1]);
  std::string result;
  char block[512];
  for (ssize_t n = 0; (n = ::read(ends[0], block, sizeof block)) > 0;)
    result.append(block, static_cast<std::size_t>(n));
  ::close(ends[0]);
  int status = -1;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(status == 0);
  return result;
}

inline bool mount_tmpfs(const std::string& path, const std::string& options, unsigned long flags = 0) {
  return ::mount("tmpfs", path.c_str(), "tmpfs", flags, options.c_str()) == 0;
}

}  // namespace compiler_tests
