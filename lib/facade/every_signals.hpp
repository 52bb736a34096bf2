#pragma once
// SIGINT and SIGTERM as a descriptor that becomes readable.

#include <bccxx/support/unique_fd.hpp>

namespace bccxx::facade {

/// Handles SIGINT and SIGTERM while it lives: the first makes fd() readable and brings the old handlers back.
///
/// A handler with a descriptor, not signalfd(2), which would need the signals blocked in every thread of the process.
class StopSignals {
 public:
  /// Throws: SystemError, std::logic_error when another one lives
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  [[nodiscard]] int fd() const noexcept { return fd_.get(); }

 private:
  UniqueFd fd_;
};

}  // namespace bccxx::facade
