#pragma once
// Control groups to ask about.

#include <bccxx/support/export.hpp>
#include <bccxx/tables/detail/fd_table.hpp>

#include <cstdint>
#include <string>

namespace bccxx {

/// Control groups by index, for check_current_task (BPF_CGROUP_ARRAY).
///
/// Throws:  TypeMismatch when the map is another kind
/// Kernel:  4.8
/// Source:  bcc CgroupArray
class BCCXX_API CgroupArray : public detail::FdArray {
 public:
  explicit CgroupArray(MapPtr map);
  using FdArray::update;
  /// Throws: SystemError, with ENOENT when there is no such directory and EBADF when it is no control group
  void update(std::uint32_t index, const std::string& path) const;
};

}  // namespace bccxx
