#pragma once
// A file system that a process serves (FUSE), which notes who asks it for anything and has nothing.

#include <bccxx/support/unique_fd.hpp>

#include <atomic>
#include <string>
#include <thread>

namespace symbols_test {

class SilentFileSystem {
 public:
  SilentFileSystem();
  SilentFileSystem(const SilentFileSystem&) = delete;
  SilentFileSystem& operator=(const SilentFileSystem&) = delete;
  ~SilentFileSystem();

  /// Whether the kernel has FUSE.
  [[nodiscard]] bool available() const { return static_cast<bool>(device_); }
  /// Mounts it once, in this process or a fork of it. Says whether that went well.
  [[nodiscard]] bool mount_at(const std::string& directory) const;
  /// What it was asked for since it was mounted.
  [[nodiscard]] int questions() const { return questions_; }

 private:
  void serve();

  bccxx::UniqueFd device_;
  bccxx::UniqueFd stop_;
  std::atomic<int> questions_ = 0;
  std::thread server_;
};

}  // namespace symbols_test
