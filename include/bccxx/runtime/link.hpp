#pragma once
// An attachment: it ends when its owner goes, or the process with it.

#include <bccxx/support/export.hpp>

#include <memory>
#include <string>

namespace bccxx {

/// Which hook a program really runs from.
enum class AttachVia {
  automatic,
  kprobe,
  kretprobe,
  tracepoint,
  raw_tracepoint,
  uprobe,
  uretprobe,
  usdt,
  fentry,
  fexit,
  fmod_ret,
  lsm,
  iterator,
  perf_event,
  xdp,
  tc,
  cgroup,
  raw_socket,
  sockets,
  descriptor,
};

/// The name as it appears in messages, for example "kprobe".
[[nodiscard]] BCCXX_API const char* to_string(AttachVia via) noexcept;

/// One attachment. Movable; detaches when destroyed.
class BCCXX_API Link {
 public:
  /// What keeps an attachment alive: a bpf_link, a perf event, a socket.
  class BCCXX_API Holder {
   public:
    virtual ~Holder();
    /// The descriptor behind it, or -1.
    [[nodiscard]] virtual int fd() const noexcept = 0;
    /// Ends the attachment. Throws: SystemError when the kernel refuses.
    virtual void detach() = 0;
  };

  Link(std::unique_ptr<Holder> holder, AttachVia via, std::string program, std::string target);
  Link(Link&&) noexcept;
  Link& operator=(Link&&) noexcept;
  ~Link();

  /// Which hook was taken; differs from the one asked for when a kprobe runs from a tracepoint.
  [[nodiscard]] AttachVia via() const noexcept { return via_; }
  [[nodiscard]] const std::string& program() const noexcept { return program_; }
  /// The event, for example "syscalls:sys_enter_execve" or "/lib/x86_64-linux-gnu/libc.so.6:0x167ac0".
  [[nodiscard]] const std::string& target() const noexcept { return target_; }
  [[nodiscard]] int fd() const noexcept;
  [[nodiscard]] bool attached() const noexcept { return holder_ != nullptr; }

  /// Ends the attachment now.
  ///
  /// Throws: SystemError when the kernel refuses
  void detach();

 private:
  std::unique_ptr<Holder> holder_;
  AttachVia via_;
  std::string program_;
  std::string target_;
};

}  // namespace bccxx
