#pragma once
// Interfaces to redirect packets to, by any number.

#include <bccxx/tables/detail/device_table.hpp>

#include <utility>

namespace bccxx {

/// Interface indexes by any 32-bit key, usually the interface index itself. libbcc cannot declare one.
///
/// Throws:  TypeMismatch when the map is another kind
/// Kernel:  5.4; with a program 5.8
class DevmapHashTable : public detail::DeviceTable {
 public:
  explicit DevmapHashTable(MapPtr map) : DeviceTable(std::move(map), MapKind::devmap_hash) {}
};

}  // namespace bccxx
