#pragma once
// A live map of every kind that the kernel has.

#include <bccxx/support/cpus.hpp>
#include <bccxx/tables/map.hpp>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <unistd.h>
#include <catch2/catch.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "live_map.hpp"

namespace live {

using KernelTypes = std::unique_ptr<btf, decltype(&btf__free)>;

/// Whether the kernel's own BTF has a map type, such as BPF_MAP_TYPE_ARENA.
inline bool kernel_has_map_type(const std::string& name) {
  const KernelTypes kernel(btf__load_vmlinux_btf(), &btf__free);
  REQUIRE(kernel != nullptr);
  const int id = btf__find_by_name_kind(kernel.get(), "bpf_map_type", BTF_KIND_ENUM);
  REQUIRE(id > 0);
  const auto* type = btf__type_by_id(kernel.get(), static_cast<std::uint32_t>(id));
  for (int i = 0; i < btf_vlen(type); ++i) {
    if (btf__name_by_offset(kernel.get(), btf_enum(type)[i].name_off) == name) return true;
  }
  return false;
}

/// A descriptor, or an errno below zero. The kernel wants BTF for storages.
inline int try_storage(bccxx::MapKind kind) {
  const KernelTypes types(btf__new_empty(), &btf__free);
  const int key = btf__add_int(types.get(), "int", 4, BTF_INT_SIGNED);
  const int value = btf__add_int(types.get(), "unsigned long long", 8, 0);
  REQUIRE(btf__load_into_kernel(types.get()) == 0);
  LIBBPF_OPTS(bpf_map_create_opts, options);
  options.btf_fd = static_cast<std::uint32_t>(btf__fd(types.get()));
  options.btf_key_type_id = static_cast<std::uint32_t>(key);
  options.btf_value_type_id = static_cast<std::uint32_t>(value);
  options.map_flags = BPF_F_NO_PREALLOC;
  return bpf_map_create(static_cast<bpf_map_type>(kind), "storage", 4, 8, 0, &options);
}

/// From int to u64.
inline bccxx::MapPtr storage(bccxx::MapKind kind) {
  const int fd = try_storage(kind);
  INFO("bpf_map_create: " << std::strerror(-fd));
  REQUIRE(fd >= 0);
  return std::make_shared<const bccxx::Map>(bccxx::UniqueFd(fd), "storage");
}

/// Ten slots for maps like `inner`.
inline bccxx::MapPtr map_of_maps(bccxx::MapKind kind, const bccxx::MapPtr& inner, std::uint32_t key_size = 4) {
  LIBBPF_OPTS(bpf_map_create_opts, options);
  options.inner_map_fd = static_cast<std::uint32_t>(inner->fd());
  const int fd = bpf_map_create(static_cast<bpf_map_type>(kind), "outer", key_size, 4, 10, &options);
  INFO("bpf_map_create: " << std::strerror(-fd));
  REQUIRE(fd >= 0);
  return std::make_shared<const bccxx::Map>(bccxx::UniqueFd(fd), "outer");
}

/// A table of functions, as for a way of avoiding congestion; none is in it.
inline bccxx::MapPtr struct_ops() {
  const KernelTypes kernel(btf__load_vmlinux_btf(), &btf__free);
  REQUIRE(kernel != nullptr);
  const int id = btf__find_by_name_kind(kernel.get(), "bpf_struct_ops_tcp_congestion_ops", BTF_KIND_STRUCT);
  REQUIRE(id > 0);
  // The kernel asks for BTF of the map's own, too, but not what is in it.
  const KernelTypes own(btf__new_empty(), &btf__free);
  btf__add_int(own.get(), "int", 4, BTF_INT_SIGNED);
  REQUIRE(btf__load_into_kernel(own.get()) == 0);
  LIBBPF_OPTS(bpf_map_create_opts, options);
  options.btf_fd = static_cast<std::uint32_t>(btf__fd(own.get()));
  options.btf_vmlinux_value_type_id = static_cast<std::uint32_t>(id);
  const auto size = static_cast<std::uint32_t>(btf__resolve_size(kernel.get(), options.btf_vmlinux_value_type_id));
  const int fd = bpf_map_create(BPF_MAP_TYPE_STRUCT_OPS, "live", 4, size, 1, &options);
  INFO("bpf_map_create: " << std::strerror(-fd));
  REQUIRE(fd >= 0);
  return std::make_shared<const bccxx::Map>(bccxx::UniqueFd(fd), "live");
}

/// Where the kind has a choice, keys have 4 bytes and values 8.
inline bccxx::MapPtr make_of_kind(bccxx::MapKind kind) {
  using bccxx::MapKind;
  const auto type = static_cast<bpf_map_type>(kind);
  switch (kind) {
    case MapKind::queue:
    case MapKind::stack:
    case MapKind::bloom_filter:
      return make(type, 0, 8, 4);
    case MapKind::ringbuf:
    case MapKind::user_ringbuf:
      return make(type, 0, 0, static_cast<std::uint32_t>(::sysconf(_SC_PAGESIZE)));
    case MapKind::arena:
      return make(type, 0, 0, 1, BPF_F_MMAPABLE);
    case MapKind::lpm_trie:
      return make(type, 8, 8, 4, BPF_F_NO_PREALLOC);
    case MapKind::stack_trace:
      return make(type, 4, 64, 4);
    case MapKind::cgroup_storage:
    case MapKind::percpu_cgroup_storage:
      return make(type, 16, 8, 0);
    case MapKind::sk_storage:
    case MapKind::inode_storage:
    case MapKind::task_storage:
    case MapKind::cgrp_storage:
      return storage(kind);
    case MapKind::array_of_maps:
    case MapKind::hash_of_maps:
      return map_of_maps(kind, make(BPF_MAP_TYPE_ARRAY, 4, 8, 5));
    case MapKind::struct_ops:
      return struct_ops();
    case MapKind::prog_array:
    case MapKind::cgroup_array:
    case MapKind::devmap:
    case MapKind::devmap_hash:
    case MapKind::cpumap:
    case MapKind::xskmap:
    case MapKind::sockmap:
    case MapKind::sockhash:
    case MapKind::reuseport_sockarray:
      return make(type, 4, 4, 4);
    case MapKind::perf_event_array:
      return make(type, 4, 4, static_cast<std::uint32_t>(bccxx::possible_cpus()));
    default:
      return make(type, 4, 8, 4);
  }
}

}  // namespace live
