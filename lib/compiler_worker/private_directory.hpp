#pragma once
// A directory of this process alone, gone when it ends.

#include <bccxx/support/unique_fd.hpp>

#include <filesystem>
#include <string>

namespace bccxx::worker {

/// Made with mode 0700 below an absolute $TMPDIR, /tmp, /dev/shm or /run, the first that is there and has room, and
/// locked while in use. Directories that a killed process left behind are unlocked, and removed by the next one.
class PrivateDirectory {
 public:
  /// Throws: SystemError with the errno of the first place, also when none of ten directories could be locked there
  PrivateDirectory();
  ~PrivateDirectory();
  PrivateDirectory(const PrivateDirectory&) = delete;
  PrivateDirectory& operator=(const PrivateDirectory&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  /// 0, or the errno that stopped it.
  int make_below(const std::filesystem::path& base);
  int lock(const std::string& name);

  std::filesystem::path path_;
  UniqueFd lock_;
};

}  // namespace bccxx::worker
