// libbpf has one print callback for the process; this one routes by thread.

#include "support/libbpf_log.hpp"

#include <bpf/libbpf.h>

#include <array>
#include <atomic>
#include <cstdarg>
#include <cstdio>
#include <vector>

namespace bccxx::support {
namespace {

thread_local std::string* collecting = nullptr;
libbpf_print_fn_t previous = nullptr;
/// libbpf says what was there before only when it already calls us, maybe from another thread.
std::atomic<bool> previous_is_known = false;

int collect(libbpf_print_level level, const char* format, va_list arguments) {
  if (collecting == nullptr) {
    previous_is_known.wait(false);
    return previous == nullptr ? 0 : previous(level, format, arguments);
  }
  if (level > LIBBPF_INFO) return 0;
  std::array<char, 512> line{};
  va_list again;
  va_copy(again, arguments);
  const int n = std::vsnprintf(line.data(), line.size(), format, arguments);
  if (n >= static_cast<int>(line.size())) {
    // Verifier logs arrive as one message of up to megabytes.
    std::vector<char> whole(static_cast<std::size_t>(n) + 1);
    std::vsnprintf(whole.data(), whole.size(), format, again);
    collecting->append(whole.data());
  } else if (n > 0) {
    collecting->append(line.data());
  }
  va_end(again);
  return n;
}

}  // namespace

LibbpfLog::LibbpfLog() : outer_(collecting) {
  static const bool once = [] {
    previous = libbpf_set_print(collect);
    previous_is_known = true;
    previous_is_known.notify_all();
    return true;
  }();
  static_cast<void>(once);
  collecting = &text_;
}

LibbpfLog::~LibbpfLog() { collecting = outer_; }

}  // namespace bccxx::support
