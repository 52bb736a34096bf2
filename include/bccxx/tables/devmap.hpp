#pragma once
// Interfaces to redirect packets to, by index.

#include <bccxx/tables/detail/device_table.hpp>

#include <utility>

namespace bccxx {

/// Interface indexes by slot (BPF_DEVMAP).
///
/// Throws:  TypeMismatch when the map is another kind
/// Kernel:  4.14; with a program 5.8
/// Source:  bcc DevMap
class DevmapTable : public detail::DeviceTable {
 public:
  explicit DevmapTable(MapPtr map) : DeviceTable(std::move(map), MapKind::devmap) {}
};

}  // namespace bccxx
