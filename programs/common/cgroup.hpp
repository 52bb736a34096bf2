#pragma once
// A control group for as long as a program runs.

#include <bccxx/support/unique_fd.hpp>

#include <string>

namespace programs {

/// Where the cgroup2 file system is mounted.
///
/// Throws: std::runtime_error when it is not
[[nodiscard]] std::string cgroup2_mount();

/// A group made below the root of cgroup2, and removed in the end if no process is left in it. One that a killed
/// program left is taken over.
class Cgroup {
 public:
  /// Throws: std::system_error, with EEXIST when the group is there already
  explicit Cgroup(const std::string& name);
  ~Cgroup();
  Cgroup(const Cgroup&) = delete;
  Cgroup& operator=(const Cgroup&) = delete;

  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  std::string path_;
  bccxx::UniqueFd lock_;  ///< by which others see that the group is in use
};

}  // namespace programs
