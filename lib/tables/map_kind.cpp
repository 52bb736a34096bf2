// The names of the kernel's map types.

#include <bccxx/tables/map.hpp>

#include <fmt/format.h>

#include <array>

namespace bccxx {

std::string to_string(MapKind kind) {
  static constexpr std::array names = {"unspecified",
                                       "hash",
                                       "array",
                                       "prog_array",
                                       "perf_event_array",
                                       "percpu_hash",
                                       "percpu_array",
                                       "stack_trace",
                                       "cgroup_array",
                                       "lru_hash",
                                       "lru_percpu_hash",
                                       "lpm_trie",
                                       "array_of_maps",
                                       "hash_of_maps",
                                       "devmap",
                                       "sockmap",
                                       "cpumap",
                                       "xskmap",
                                       "sockhash",
                                       "cgroup_storage",
                                       "reuseport_sockarray",
                                       "percpu_cgroup_storage",
                                       "queue",
                                       "stack",
                                       "sk_storage",
                                       "devmap_hash",
                                       "struct_ops",
                                       "ringbuf",
                                       "inode_storage",
                                       "task_storage",
                                       "bloom_filter",
                                       "user_ringbuf",
                                       "cgrp_storage",
                                       "arena"};
  const auto index = static_cast<std::uint32_t>(kind);
  return index < names.size() ? names[index] : fmt::format("map type {}", index);
}

bool is_per_cpu(MapKind kind) noexcept {
  return kind == MapKind::percpu_hash || kind == MapKind::percpu_array || kind == MapKind::lru_percpu_hash ||
         kind == MapKind::percpu_cgroup_storage;
}

}  // namespace bccxx
