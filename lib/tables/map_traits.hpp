#pragma once
// What the kinds of maps can do, seen from user space.

#include <bccxx/tables/map.hpp>

#include <cstdint>

namespace bccxx::detail {

/// The key is the number of a slot, and every slot is always there.
[[nodiscard]] constexpr bool has_index(MapKind kind) noexcept {
  switch (kind) {
    case MapKind::array:
    case MapKind::percpu_array:
    case MapKind::array_of_maps:
    case MapKind::prog_array:
    case MapKind::perf_event_array:
    case MapKind::cgroup_array:
    case MapKind::devmap:
    case MapKind::cpumap:
    case MapKind::xskmap:
    case MapKind::sockmap:
    case MapKind::reuseport_sockarray:
      return true;
    default:
      return false;
  }
}

/// A ring of records, whose max_entries are bytes.
[[nodiscard]] constexpr bool is_buffer(MapKind kind) noexcept {
  return kind == MapKind::ringbuf || kind == MapKind::user_ringbuf;
}

/// Whether the kernel tells which keys there are.
[[nodiscard]] constexpr bool gives_keys(MapKind kind) noexcept {
  switch (kind) {
    case MapKind::queue:
    case MapKind::stack:
    case MapKind::bloom_filter:
    case MapKind::sk_storage:
    case MapKind::inode_storage:
    case MapKind::task_storage:
    case MapKind::cgrp_storage:
    case MapKind::ringbuf:
    case MapKind::user_ringbuf:
    case MapKind::struct_ops:
    case MapKind::arena:
      return false;
    default:
      return true;
  }
}

/// Whether the kernel gives the value of a key.
[[nodiscard]] inline bool gives_values(const Map& map) noexcept {
  switch (map.kind()) {
    case MapKind::perf_event_array:
    case MapKind::cgroup_array:
    case MapKind::xskmap:
      return false;
    case MapKind::sockmap:
    case MapKind::sockhash:
    case MapKind::reuseport_sockarray:
      return map.info().value_size == sizeof(std::uint64_t);  // room for the socket's cookie
    default:
      return true;
  }
}

/// Throws: NotSupported unless gives_keys
void require_keys(const Map& map);
/// Throws: NotSupported unless gives_values
void require_values(const Map& map);

}  // namespace bccxx::detail
