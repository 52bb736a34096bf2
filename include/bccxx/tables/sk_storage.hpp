#pragma once
// A value for each socket.

#include <bccxx/tables/detail/storage_table.hpp>

#include <utility>

namespace bccxx {

/// One V for each socket (BPF_SK_STORAGE), found by a descriptor of the socket.
///
/// Throws:  TypeMismatch when the map is another kind, or V cannot be its value
/// Kernel:  5.2
template <class V>
class SkStorageTable : public detail::StorageTable<V> {
 public:
  explicit SkStorageTable(MapPtr map) : detail::StorageTable<V>(std::move(map), MapKind::sk_storage) {}
};

}  // namespace bccxx
