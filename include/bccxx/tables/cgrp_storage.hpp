#pragma once
// A value for each control group, the newer kind.

#include <bccxx/tables/detail/storage_table.hpp>

#include <utility>

namespace bccxx {

/// One V for each control group, found by a descriptor of its directory. libbcc cannot declare one, and
/// without BTF the kernel makes none, so that neither can Map::create: for objects made by other compilers.
///
/// Throws:  TypeMismatch when the map is another kind, or V cannot be its value
/// Kernel:  6.2
template <class V>
class CgrpStorageTable : public detail::StorageTable<V> {
 public:
  explicit CgrpStorageTable(MapPtr map) : detail::StorageTable<V>(std::move(map), MapKind::cgrp_storage) {}
};

}  // namespace bccxx
