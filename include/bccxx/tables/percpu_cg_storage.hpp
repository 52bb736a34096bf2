#pragma once
// A value for each control group, attach type and CPU.

#include <bccxx/tables/cg_storage.hpp>
#include <bccxx/tables/detail/percpu_table.hpp>

#include <utility>

namespace bccxx {

/// As CgStorageTable, with one V per CPU (BPF_PERCPU_CGROUP_STORAGE).
///
/// Throws:  TypeMismatch when the map is another kind, or V cannot be its value
/// Kernel:  4.20
template <class V>
class PercpuCgStorageTable : public detail::PercpuTable<CgroupStorageKey, V> {
 public:
  explicit PercpuCgStorageTable(MapPtr map)
      : detail::PercpuTable<CgroupStorageKey, V>(std::move(map), {MapKind::percpu_cgroup_storage}) {}
};

}  // namespace bccxx
