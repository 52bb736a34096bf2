#pragma once
// One child process in a group of its own: started without fork, always reaped, killed with all it started.

#include <bccxx/support/unique_fd.hpp>

#include <sys/types.h>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace bccxx::compiler {

/// How a process ended.
struct Ending {
  enum class Kind { exited, killed, unknown };
  Kind kind = Kind::unknown;  ///< `unknown`: someone else reaped it, or SIGCHLD is ignored
  int status = 0;             ///< exit status or signal
};

struct ChildLimits {
  std::size_t memory_size = 0;          ///< address space in bytes; 0: unlimited
  std::chrono::seconds cpu_time{0};     ///< 0: unlimited
  std::size_t file_size = 256U << 20U;  ///< the largest file it may write
};

class ChildProcess {
 public:
  /// Starts `path` with stdin empty, stdout and stderr on `output`, `conversation` as descriptor 3, nothing else open,
  /// default signals, and a short environment of our own.
  ///
  /// Throws: std::system_error with the errno of the start
  ChildProcess(const std::filesystem::path& path, const std::vector<std::string>& arguments, int conversation,
               int output);
  /// Kills the group and reaps the child.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  /// Sets what the kernel lets us set; a process with other ids may have to live without limits of ours.
  void limit(const ChildLimits& limits) const;

  /// Readable once the child has ended; -1 where the kernel has no such descriptor.
  [[nodiscard]] int descriptor() const noexcept { return descriptor_.get(); }
  /// How the child ended; nullopt while it runs. Leaves it to be reaped.
  [[nodiscard]] std::optional<Ending> ending() const;

 private:
  pid_t pid_ = -1;
  UniqueFd descriptor_;
};

}  // namespace bccxx::compiler
