#pragma once
// CPUs to redirect packets to.

#include <bccxx/tables/detail/redirect_table.hpp>

#include <utility>

namespace bccxx {

/// Queue lengths by CPU (BPF_CPUMAP): packets redirected to a CPU wait in a queue of that many.
///
/// Throws:  TypeMismatch when the map is another kind
/// Kernel:  4.15; with a program 5.9
/// Source:  bcc CpuMap
class CpumapTable : public detail::RedirectTable {
 public:
  explicit CpumapTable(MapPtr map) : RedirectTable(std::move(map), MapKind::cpumap) {}
};

}  // namespace bccxx
