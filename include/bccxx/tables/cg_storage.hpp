#pragma once
// A value for each control group and attach type.

#include <bccxx/tables/detail/keyed_table.hpp>

#include <cstdint>
#include <utility>

namespace bccxx {

/// The key of a cgroup storage, struct bpf_cgroup_storage_key.
struct CgroupStorageKey {
  std::uint64_t cgroup_id = 0;    ///< the inode number of the group's directory
  std::uint32_t attach_type = 0;  ///< BPF_CGROUP_…
  std::uint32_t pad = 0;
};

/// One V for each control group that a program with this storage is attached to (BPF_CGROUP_STORAGE). Entries come and
/// go with the attachments, so a key that is absent cannot be added.
///
/// Throws:  TypeMismatch when the map is another kind, or V cannot be its value
/// Kernel:  4.19
template <class V>
class CgStorageTable : public detail::KeyedTable<CgroupStorageKey, V> {
 public:
  explicit CgStorageTable(MapPtr map)
      : detail::KeyedTable<CgroupStorageKey, V>(std::move(map), {MapKind::cgroup_storage}) {}
};

}  // namespace bccxx
