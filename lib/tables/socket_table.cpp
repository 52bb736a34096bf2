// Tables of sockets.

#include <bccxx/support/error.hpp>
#include <bccxx/tables/detail/socket_table.hpp>

#include <utility>
#include <vector>

namespace bccxx::detail {

SocketTable::SocketTable(MapPtr map, MapKind kind, const TypeShape& key) : TableBase(std::move(map), {kind}, key, {}) {}

void SocketTable::put(const void* key, int fd, Update how) const {
  const auto wide = static_cast<std::uint64_t>(fd);
  if (core().value_bytes() == sizeof wide) return core().update(key, &wide, how);
  core().update(key, &fd, how);
}

void SocketTable::require_cookies() const {
  constexpr auto cookie_size = sizeof(std::uint64_t);
  if (core().value_bytes() == cookie_size) return;
  throw TypeMismatch(name(), "value", "a socket cookie", "only room for a descriptor", cookie_size,
                     core().value_bytes());
}

std::optional<std::uint64_t> SocketTable::cookie(const void* key) const {
  require_cookies();
  std::uint64_t cookie = 0;
  if (!core().lookup(key, &cookie)) return std::nullopt;
  return cookie;
}

void SocketTable::clear() const {
  std::vector<std::byte> keys;
  core().show(
      [&](const std::byte* key, const std::byte* /*value*/) { keys.insert(keys.end(), key, key + core().key_size()); });
  for (std::size_t at = 0; at < keys.size(); at += core().key_size()) core().remove(&keys[at]);
}

}  // namespace bccxx::detail
