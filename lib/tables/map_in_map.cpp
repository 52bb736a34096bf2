// Slots hold descriptors on the way in and ids on the way out.

#include "tables/map_refusal.hpp"

#include <bccxx/support/error.hpp>
#include <bccxx/tables/map_in_map.hpp>

#include <bpf/bpf.h>

#include <cerrno>
#include <utility>

namespace bccxx::detail {
namespace {

bool same_shape(const Map& a, const Map& b) {
  const auto& x = a.info();
  const auto& y = b.info();
  return x.type == y.type && x.key_size == y.key_size && x.value_size == y.value_size && x.flags == y.flags &&
         x.max_entries == y.max_entries;
}

}  // namespace

MapInMapBase::MapInMapBase(MapPtr map, const TypeShape& key, MapPtr inner_template)
    : TableBase(std::move(map), {MapKind::array_of_maps, MapKind::hash_of_maps}, key, {}),
      inner_template_(std::move(inner_template)) {}

MapPtr MapInMapBase::inner(const void* key) const {
  std::uint32_t id = 0;
  if (!core().lookup(key, &id) || id == 0) return nullptr;
  try {
    return Map::open(id);
  } catch (const SystemError& error) {
    if (error.code().value() == ENOENT) return nullptr;
    throw;
  }
}

MapPtr MapInMapBase::model() const {
  if (inner_template_) return inner_template_;
  MapPtr found;
  core().read([&](const std::byte* keys, const std::byte* /*values*/, std::size_t count) {
    for (std::size_t i = 0; i < count && !found; ++i) found = inner(keys + i * core().key_size());
  });
  return found;
}

void MapInMapBase::put(const void* key, const Map& inner, Update how) const {
  const int fd = inner.fd();
  const int result = bpf_map_update_elem(map()->fd(), key, &fd, static_cast<std::uint64_t>(how));
  if (result == 0) return;
  // An array of maps has all its keys, and the kernel knows no other way of writing to it.
  const bool wrong_way = map()->kind() == MapKind::array_of_maps && how != Update::any;
  if (result == -EINVAL && !wrong_way) {
    const auto wanted = model();
    if (wanted && !same_shape(*wanted, inner)) {
      throw TypeMismatch(name(), "inner table", describe(inner.info()), describe(wanted->info()));
    }
  }
  if (result == -E2BIG && map()->kind() == MapKind::array_of_maps) core().throw_key_error(key);
  core().fail(-result, "update table");
}

MapPtr MapInMapBase::create(const std::string& name, std::uint32_t max_entries) const {
  const auto like = model();
  if (!like) throw NotFound("inner table to copy the shape from in", this->name());
  return like->create_similar(name, max_entries);
}

}  // namespace bccxx::detail
