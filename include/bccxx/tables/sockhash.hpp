#pragma once
// Sockets by any key.

#include <bccxx/tables/detail/socket_table.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

namespace bccxx {

/// Sockets by K (BPF_SOCKHASH).
///
/// Throws:  TypeMismatch when the map is another kind, or K cannot be its key
/// Kernel:  4.18; find 5.10
template <class K = std::uint32_t>
class SockhashTable : public detail::SocketTable {
 public:
  explicit SockhashTable(MapPtr map) : SocketTable(std::move(map), MapKind::sockhash, detail::key_shape<K>()) {}

  /// Throws: SystemError, with EOPNOTSUPP when the socket is of a kind or in a state that cannot be redirected
  void update(const K& key, int fd, Update how = Update::any) const { put(&key, fd, how); }
  /// The cookie of the socket. Returns: nullopt when the key is absent
  ///
  /// Throws: TypeMismatch when the table's values are of 4 bytes, as BPF_SOCKHASH makes them
  [[nodiscard]] std::optional<std::uint64_t> find(const K& key) const { return cookie(&key); }
  /// The keys that have a socket, with its cookie. Throws: as find
  [[nodiscard]] std::vector<std::pair<K, std::uint64_t>> items() const { return cookies<K>(); }
  /// The keys that have a socket, whatever the size of the values.
  [[nodiscard]] std::vector<K> keys() const {
    std::vector<K> result;
    core().show(
        [&result](const std::byte* key, const std::byte* /*value*/) { result.push_back(detail::load<K>(key)); });
    return result;
  }
  /// Whether the key has a socket; where values are of 4 bytes, by looking through all keys.
  [[nodiscard]] bool contains(const K& key) const {
    if (core().value_bytes() == sizeof(std::uint64_t)) return find(key).has_value();
    bool found = false;
    core().show([&](const std::byte* other, const std::byte* /*value*/) {
      found = found || std::memcmp(other, &key, sizeof key) == 0;
    });
    return found;
  }
  /// How many keys there are, counted by walking through them.
  [[nodiscard]] std::size_t size() const { return core().count(); }
  /// Returns: whether the key was there
  bool remove(const K& key) const { return core().remove(&key); }
};

}  // namespace bccxx
