#pragma once
// Sockets by index.

#include <bccxx/tables/detail/socket_table.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace bccxx {

/// Sockets by index (BPF_SOCKMAP).
///
/// Throws:  TypeMismatch when the map is another kind
/// Kernel:  4.14; find 5.10
class SockmapTable : public detail::SocketTable {
 public:
  explicit SockmapTable(MapPtr map)
      : SocketTable(std::move(map), MapKind::sockmap, {"std::uint32_t", sizeof(std::uint32_t)}) {}

  /// Throws: SystemError, with EOPNOTSUPP when the socket is of a kind or in a state that cannot be redirected
  void update(std::uint32_t index, int fd, Update how = Update::any) const { put(&index, fd, how); }
  /// The cookie of the socket. Returns: nullopt when the slot is empty
  ///
  /// Throws: TypeMismatch when the table's values are of 4 bytes, as BPF_SOCKMAP makes them
  [[nodiscard]] std::optional<std::uint64_t> find(std::uint32_t index) const { return cookie(&index); }
  /// Whether the slot has a socket. Throws: as find
  [[nodiscard]] bool contains(std::uint32_t index) const { return find(index).has_value(); }
  /// The slots that have a socket, with its cookie. Throws: as find
  [[nodiscard]] std::vector<std::pair<std::uint32_t, std::uint64_t>> items() const { return cookies<std::uint32_t>(); }
  /// The slots that have a socket. Throws: as find
  [[nodiscard]] std::vector<std::uint32_t> keys() const {
    std::vector<std::uint32_t> result;
    for (const auto& [index, cookie] : items()) result.push_back(index);
    return result;
  }
  /// How many slots have a socket. Throws: as find
  [[nodiscard]] std::size_t size() const { return items().size(); }
  /// Returns: whether the slot was used
  bool remove(std::uint32_t index) const { return core().remove(&index); }
};

}  // namespace bccxx
