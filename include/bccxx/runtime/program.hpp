#pragma once
// One verified program in the kernel.

#include <bccxx/support/export.hpp>
#include <bccxx/support/unique_fd.hpp>

#include <cstdint>
#include <string>

namespace bccxx {

/// The kernel's program types that bccxx loads; the values are those of enum bpf_prog_type.
enum class ProgramType : std::uint32_t {
  unspecified = 0,
  socket_filter = 1,
  kprobe = 2,  ///< kprobes and uprobes
  sched_cls = 3,
  sched_act = 4,
  tracepoint = 5,
  xdp = 6,
  perf_event = 7,
  cgroup_skb = 8,
  cgroup_sock = 9,
  lwt_in = 10,
  lwt_out = 11,
  lwt_xmit = 12,
  sock_ops = 13,
  sk_skb = 14,
  cgroup_device = 15,
  sk_msg = 16,
  raw_tracepoint = 17,
  cgroup_sock_addr = 18,
  lirc_mode2 = 20,
  flow_dissector = 22,
  cgroup_sysctl = 23,
  cgroup_sockopt = 25,
  tracing = 26,
  lsm = 29,
};

/// A loaded program. Owns its descriptor.
class BCCXX_API Program {
 public:
  Program(UniqueFd fd, std::string name, ProgramType type);

  [[nodiscard]] int fd() const noexcept { return fd_.get(); }
  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] ProgramType type() const noexcept { return type_; }
  /// The kernel's id. Throws: SystemError with the errno of bpf(2)
  [[nodiscard]] std::uint32_t id() const;

 private:
  UniqueFd fd_;
  std::string name_;
  ProgramType type_;
};

}  // namespace bccxx
