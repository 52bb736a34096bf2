#pragma once
// Tracing only some containers: those whose cgroup or mount namespace is in a pinned map.

#include <bccxx/support/export.hpp>

#include <string>

namespace bccxx {

/// Paths of pinned hashes, as --cgroupmap and --mntnsmap of bcc's tools take them; empty for no such filter.
struct ContainerMaps {
  std::string cgroupmap{};  ///< its u64 keys are ids of cgroups
  std::string mntnsmap{};   ///< its u64 keys are inode numbers of mount namespaces
};

/// BPF C to put before a text: `container_should_be_filtered()` is not 0 in a process that is not wanted. The tables
/// are declared as the pins are; where nothing is pinned, an empty one will be, and everything is filtered until
/// something is put there.
///
/// Throws: TypeMismatch for a pin that is no hash of u64, SystemError when it may not be opened,
///         std::invalid_argument for a path that C could not have in quotes
/// Kernel: 4.18 (cgroupmap), 5.11 (mntnsmap)
/// Source: bcc containers.filter_by_containers, which takes pins of 1024 entries alone
[[nodiscard]] BCCXX_API std::string filter_by_containers(const ContainerMaps& maps);

}  // namespace bccxx
