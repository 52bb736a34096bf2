#pragma once
// What programs print with bpf_trace_printk, read from a buffer of one's own.

#include <bccxx/support/export.hpp>
#include <bccxx/support/unique_fd.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace bccxx {
namespace runtime {
class TraceInstance;
}

/// One line of the trace buffer, taken apart.
struct TraceFields {
  std::string task;       ///< the command name; "<...>" when the kernel has not noted it yet
  std::uint32_t pid = 0;  ///< the thread's id
  int cpu = 0;
  std::string flags;
  std::chrono::microseconds timestamp{0};  ///< of the trace clock: time since boot unless somebody changed it
  std::string message;
};

/// Takes a line of trace_pipe apart; nullopt for lines that are not events.
///
/// Source: bcc trace_fields, which splits at fixed columns too
[[nodiscard]] BCCXX_API std::optional<TraceFields> parse_trace_line(std::string_view line);

/// A reader of bpf_trace_printk lines.
///
/// It makes a tracefs instance, so that two readers both get every line and none sees lines from before it started.
/// The instance goes with the reader, and with its process, also when that is killed: another small process sees to it.
///
/// Throws: SystemError when tracefs is not mounted or refuses, NotSupported without the bpf_trace_printk event
/// Kernel: 5.9 (event bpf_trace:bpf_trace_printk)
/// Source: bcc trace_open, trace_readline, trace_fields; bcc reads the one global pipe, where readers steal lines
class BCCXX_API TracePipe {
 public:
  TracePipe();
  TracePipe(TracePipe&& other) noexcept;
  TracePipe& operator=(TracePipe&& other) noexcept;
  ~TracePipe();

  /// Becomes readable when there is a line.
  [[nodiscard]] int fd() const noexcept { return pipe_.get(); }

  /// The next line that is not empty, without its newline; nullopt when `timeout` passes or a signal comes first.
  /// Lines that say events were lost are counted and skipped.
  ///
  /// Units:  a negative timeout waits without end
  /// Throws: SystemError with the errno of read(2)
  [[nodiscard]] std::optional<std::string> readline(std::chrono::milliseconds timeout = std::chrono::milliseconds(-1));
  /// The next event, taken apart.
  [[nodiscard]] std::optional<TraceFields> fields(std::chrono::milliseconds timeout = std::chrono::milliseconds(-1));

  /// How many events the kernel says this reader has missed.
  [[nodiscard]] std::uint64_t lost() const noexcept { return lost_; }

 private:
  void close() noexcept;
  [[nodiscard]] std::string pipe_path() const;
  std::optional<std::string> take_line();
  bool count_lost(std::string_view line);

  std::unique_ptr<runtime::TraceInstance> instance_;
  UniqueFd pipe_;
  std::string buffered_;
  std::uint64_t lost_ = 0;
};

}  // namespace bccxx
