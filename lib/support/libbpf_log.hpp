#pragma once
// What libbpf would have printed, kept for the error message of the thread that called it.

#include <bccxx/support/export.hpp>

#include <string>

namespace bccxx::support {

/// While it lives, libbpf's messages on this thread are collected here instead of being printed.
/// Every call into libbpf that can fail runs under one. Threads without one, which are the user's own use of
/// libbpf, go on to the callback that was there before.
class BCCXX_API LibbpfLog {
 public:
  LibbpfLog();
  ~LibbpfLog();
  LibbpfLog(const LibbpfLog&) = delete;
  LibbpfLog& operator=(const LibbpfLog&) = delete;

  [[nodiscard]] const std::string& text() const noexcept { return text_; }

 private:
  std::string text_;
  std::string* outer_;
};

}  // namespace bccxx::support
