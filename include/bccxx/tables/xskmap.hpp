#pragma once
// AF_XDP sockets to redirect packets to.

#include <bccxx/support/export.hpp>
#include <bccxx/tables/detail/fd_table.hpp>

#include <cstdint>

namespace bccxx {

/// AF_XDP sockets by receive queue (BPF_XSKMAP). The kernel does not give them back.
///
/// Throws:  TypeMismatch when the map is another kind
/// Kernel:  4.18
/// Source:  bcc XskMap
class BCCXX_API XskmapTable : public detail::FdArray {
 public:
  explicit XskmapTable(MapPtr map);

  /// Throws: KeyError when the index is outside; SystemError, with EEXIST or ENOENT as `how` says
  void update(std::uint32_t index, int fd, Update how = Update::any) const { put(index, fd, how); }
  template <HasFd T>
  void update(std::uint32_t index, const T& owner, Update how = Update::any) const {
    put(index, static_cast<int>(owner.fd()), how);
  }
  /// Empties a slot. The kernel does not say whether it was used.
  ///
  /// Throws: KeyError when the index is outside
  void remove(std::uint32_t index) const;
};

}  // namespace bccxx
