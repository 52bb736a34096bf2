#pragma once
// A value for each task.

#include <bccxx/tables/detail/storage_table.hpp>

#include <utility>

namespace bccxx {

/// One V for each task (BPF_TASK_STORAGE), found by a pidfd; see pidfd_open(2).
///
/// Throws:  TypeMismatch when the map is another kind, or V cannot be its value
/// Kernel:  5.11
template <class V>
class TaskStorageTable : public detail::StorageTable<V> {
 public:
  explicit TaskStorageTable(MapPtr map) : detail::StorageTable<V>(std::move(map), MapKind::task_storage) {}
};

}  // namespace bccxx
