#pragma once
// Maps made with the bare kernel interface, so that a mistake of the tables cannot hide in how they were made.

#include <bccxx/tables/map.hpp>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <catch2/catch.hpp>

#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

namespace live {

inline bccxx::MapPtr make(bpf_map_type type, std::uint32_t key_size, std::uint32_t value_size,
                          std::uint32_t max_entries, std::uint32_t flags = 0, const char* name = "live") {
  LIBBPF_OPTS(bpf_map_create_opts, options);
  options.map_flags = flags;
  const int fd = bpf_map_create(type, name, key_size, value_size, max_entries, &options);
  INFO("bpf_map_create: " << std::strerror(-fd));
  REQUIRE(fd >= 0);
  return std::make_shared<const bccxx::Map>(bccxx::UniqueFd(fd), name);
}

/// A map whose types the kernel knows. `describe` adds the types and returns the ids of key and value.
template <class Describe>
bccxx::MapPtr make_with_types(bpf_map_type type, std::uint32_t max_entries, Describe&& describe,
                              const char* name = "live") {
  const std::unique_ptr<btf, decltype(&btf__free)> types(btf__new_empty(), &btf__free);
  const auto [key, value] = describe(types.get());
  REQUIRE(btf__load_into_kernel(types.get()) == 0);
  LIBBPF_OPTS(bpf_map_create_opts, options);
  options.btf_fd = static_cast<std::uint32_t>(btf__fd(types.get()));
  options.btf_key_type_id = static_cast<std::uint32_t>(key);
  options.btf_value_type_id = static_cast<std::uint32_t>(value);
  const int fd = bpf_map_create(
      type, name, static_cast<std::uint32_t>(btf__resolve_size(types.get(), options.btf_key_type_id)),
      static_cast<std::uint32_t>(btf__resolve_size(types.get(), options.btf_value_type_id)), max_entries, &options);
  INFO("bpf_map_create: " << std::strerror(-fd));
  REQUIRE(fd >= 0);
  return std::make_shared<const bccxx::Map>(bccxx::UniqueFd(fd), name);
}

template <class K, class V>
void put(const bccxx::MapPtr& map, const K& key, const V& value) {
  REQUIRE(bpf_map_update_elem(map->fd(), &key, &value, BPF_ANY) == 0);
}

}  // namespace live
