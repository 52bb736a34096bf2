#pragma once
// A value for each file.

#include <bccxx/tables/detail/storage_table.hpp>

#include <utility>

namespace bccxx {

/// One V for each inode (BPF_INODE_STORAGE), found by a descriptor of the open file.
///
/// Throws:  TypeMismatch when the map is another kind, or V cannot be its value
/// Kernel:  5.10
template <class V>
class InodeStorageTable : public detail::StorageTable<V> {
 public:
  explicit InodeStorageTable(MapPtr map) : detail::StorageTable<V>(std::move(map), MapKind::inode_storage) {}
};

}  // namespace bccxx
