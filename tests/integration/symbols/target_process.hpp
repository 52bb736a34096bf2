#pragma once
// Starts a program, reads the places it prints, and ends it.

#include <bccxx/support/unique_fd.hpp>

#include <sys/types.h>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace symbols_test {

struct Place {
  std::uint64_t address = 0;
  int line = 0;
};

class TargetProcess {
 public:
  /// `before_exec` runs in the child, which has the pid `wanted` where that is given.
  explicit TargetProcess(const std::vector<std::string>& command, const std::function<void()>& before_exec = {},
                         pid_t wanted = 0);
  TargetProcess(const TargetProcess&) = delete;
  TargetProcess& operator=(const TargetProcess&) = delete;
  ~TargetProcess() { end(); }

  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] const Place& at(const std::string& name) const { return places_.at(name); }
  void end();

 private:
  pid_t pid_ = -1;
  bccxx::UniqueFd input_;
  std::map<std::string, Place> places_;
};

/// The path of a program built for these tests.
std::string target_path(const std::string& name);

/// A new directory, removed with all in it at the end.
class ScratchDirectory {
 public:
  ScratchDirectory();
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
  ~ScratchDirectory();
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// Runs `check` in a fork, which may change who it is. It gives what was wrong, or nothing; a full stop follows.
std::string in_fork(const std::function<std::string()>& check);

}  // namespace symbols_test
