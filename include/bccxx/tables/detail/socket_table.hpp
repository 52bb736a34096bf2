#pragma once
// Tables of sockets: descriptors on the way in, cookies on the way out.

#include <bccxx/support/export.hpp>
#include <bccxx/tables/detail/bytes.hpp>
#include <bccxx/tables/detail/fd_table.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

namespace bccxx::detail {

class BCCXX_API SocketTable : public TableBase {
 public:
  /// Removes the sockets that are there now; those that others put in meanwhile may stay.
  void clear() const;

 protected:
  SocketTable(MapPtr map, MapKind kind, const TypeShape& key);

  void put(const void* key, int fd, Update how) const;
  [[nodiscard]] std::optional<std::uint64_t> cookie(const void* key) const;
  /// Throws: TypeMismatch when values have no room for a cookie
  void require_cookies() const;

  /// The keys that have a socket, and its cookie.
  template <class K>
  [[nodiscard]] std::vector<std::pair<K, std::uint64_t>> cookies() const {
    require_cookies();
    std::vector<std::pair<K, std::uint64_t>> result;
    core().show([&result](const std::byte* key, const std::byte* value) {
      result.emplace_back(load<K>(key), load<std::uint64_t>(value));
    });
    return result;
  }
};

}  // namespace bccxx::detail
