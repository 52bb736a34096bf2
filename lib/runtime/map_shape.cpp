// Comparing maps as the kernel keeps them.

#include "runtime/map_shape.hpp"

#include "tables/map_refusal.hpp"

#include <bccxx/support/cpus.hpp>
#include <bccxx/support/error.hpp>

#include <linux/bpf.h>

namespace bccxx::runtime {
namespace {

/// Device maps get BPF_F_RDONLY_PROG from the kernel itself.
std::uint32_t comparable_flags(std::uint32_t type, std::uint32_t flags) {
  const bool device_map = type == BPF_MAP_TYPE_DEVMAP || type == BPF_MAP_TYPE_DEVMAP_HASH;
  return device_map ? flags & ~static_cast<std::uint32_t>(BPF_F_RDONLY_PROG) : flags;
}

}  // namespace

MapDeclaration MapShape::declaration(const std::string& name) const {
  return {.kind = static_cast<MapKind>(type),
          .name = name,
          .key_size = key_size,
          .value_size = value_size,
          .max_entries = max_entries,
          .flags = flags};
}

std::string MapShape::text() const { return detail::describe(declaration({})); }

MapShape declared_shape(const bpf_map* map) {
  MapShape shape{static_cast<std::uint32_t>(bpf_map__type(map)), bpf_map__key_size(map), bpf_map__value_size(map),
                 bpf_map__max_entries(map), bpf_map__map_flags(map)};
  if ((shape.flags & BPF_F_NO_COMMON_LRU) != 0) {
    const auto cpus = static_cast<std::uint32_t>(possible_cpus());
    shape.max_entries = (shape.max_entries + cpus - 1) / cpus * cpus;
  }
  shape.flags = comparable_flags(shape.type, shape.flags);
  return shape;
}

MapShape shape_of(const MapInfo& info) {
  return {info.type, info.key_size, info.value_size, info.max_entries, comparable_flags(info.type, info.flags)};
}

void check_shape(const std::string& name, const std::string& role, const MapShape& declared, const MapInfo& existing) {
  const auto actual = shape_of(existing);
  if (actual == declared) return;
  throw TypeMismatch(name, role, declared.text(), actual.text());
}

}  // namespace bccxx::runtime
