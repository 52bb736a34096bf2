#pragma once
// What must agree before one map may stand for another.

#include <bccxx/tables/map.hpp>

#include <bpf/libbpf.h>

#include <cstdint>
#include <string>

namespace bccxx::runtime {

struct MapShape {
  std::uint32_t type = 0;
  std::uint32_t key_size = 0;
  std::uint32_t value_size = 0;
  std::uint32_t max_entries = 0;
  std::uint32_t flags = 0;

  /// For example "hash, key 4 bytes, value 8 bytes, 10240 entries, flags 0x1".
  [[nodiscard]] std::string text() const;
  [[nodiscard]] MapDeclaration declaration(const std::string& name) const;
  friend bool operator==(const MapShape&, const MapShape&) = default;
};

/// The shape a map declared in an object will have in the kernel, which changes some numbers on creation.
[[nodiscard]] MapShape declared_shape(const bpf_map* map);
[[nodiscard]] MapShape shape_of(const MapInfo& info);

/// Throws: TypeMismatch naming both shapes. `role` is for example "map pinned at /sys/fs/bpf/counts"
void check_shape(const std::string& name, const std::string& role, const MapShape& declared, const MapInfo& existing);

}  // namespace bccxx::runtime
