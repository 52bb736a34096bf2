#pragma once
// A tc filter and the qdisc it is on, made and removed over a netlink socket with system calls alone.

#include <cstdint>

namespace bccxx::runtime {

/// A filter of ours. The program's id tells it from one that took its place.
struct TcFilter {
  int device = 0;
  std::uint32_t parent = 0;  ///< which side of the clsact qdisc
  std::uint32_t handle = 0;  ///< 0: whatever filter there has the program
  std::uint32_t priority = 0;
  std::uint32_t program_id = 0;  ///< 0: none was attached yet
  bool own_qdisc = false;        ///< the qdisc was made for it
};

/// Makes the clsact qdisc of a device.
///
/// Returns: 0, EEXIST when there is one, or the kernel's errno
[[nodiscard]] int make_clsact(int netlink_socket, int device) noexcept;

/// Removes the filter, if it is still there, and the clsact qdisc, if it was made for the filter and has no filter of
/// anybody's left. Takes no memory and no lock.
///
/// Returns: 0 or the kernel's errno
[[nodiscard]] int remove_tc_filter(int netlink_socket, const TcFilter& filter) noexcept;

}  // namespace bccxx::runtime
