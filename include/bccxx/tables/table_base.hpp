#pragma once
// What every table has: its map, and the map's life outside the process.

#include <bccxx/support/export.hpp>
#include <bccxx/tables/detail/core.hpp>
#include <bccxx/tables/map.hpp>

#include <cstddef>
#include <initializer_list>
#include <span>
#include <string>
#include <type_traits>

namespace bccxx {

/// What is a key or a value as it stands, not a view of one.
template <class T>
concept Bytewise = std::is_trivially_copyable_v<T> && !std::is_convertible_v<const T&, std::span<const std::byte>>;

/// The base of all tables. A table is a handle: copies refer to the same map.
class BCCXX_API TableBase {
 public:
  [[nodiscard]] const MapPtr& map() const noexcept { return core_.map(); }
  [[nodiscard]] const std::string& name() const noexcept { return core_.name(); }
  /// How many entries the table can hold.
  [[nodiscard]] std::size_t capacity() const noexcept { return core_.capacity(); }
  [[nodiscard]] int fd() const noexcept { return map()->fd(); }

  /// The whole table as one line of JSON: a list of objects with `key` and `value`, shaped by BTF as Table says. The
  /// value is null where the kernel does not give it: sockets, perf events, control groups.
  ///
  /// Throws: NotSupported when the kernel does not list the keys: queues, stacks, bloom filters, and storages of
  ///         sockets, files, tasks and groups; SystemError with the errno of bpf(2)
  [[nodiscard]] std::string json() const;
  /// The whole table as text for people: a line `key: value` for each entry.
  ///
  /// Throws: as json
  [[nodiscard]] std::string text() const;

  /// A key or a value of this table that one holds, as text for people and as JSON, by the table's BTF. Of a table with
  /// values per CPU, the value of one CPU.
  ///
  /// Throws: std::invalid_argument unless the size is that of the table
  /// Source: bcc key_sprintf, leaf_sprintf
  template <Bytewise T>
  [[nodiscard]] std::string key_text(const T& key) const {
    return key_text(std::as_bytes(std::span(&key, 1)));
  }
  template <Bytewise T>
  [[nodiscard]] std::string value_text(const T& value) const {
    return value_text(std::as_bytes(std::span(&value, 1)));
  }
  template <Bytewise T>
  [[nodiscard]] std::string key_json(const T& key) const {
    return key_json(std::as_bytes(std::span(&key, 1)));
  }
  template <Bytewise T>
  [[nodiscard]] std::string value_json(const T& value) const {
    return value_json(std::as_bytes(std::span(&value, 1)));
  }
  [[nodiscard]] std::string key_text(std::span<const std::byte> key) const;
  [[nodiscard]] std::string value_text(std::span<const std::byte> value) const;
  [[nodiscard]] std::string key_json(std::span<const std::byte> key) const;
  [[nodiscard]] std::string value_json(std::span<const std::byte> value) const;

  /// \copydoc Map::freeze
  void freeze() const { map()->freeze(); }
  /// \copydoc Map::pin
  void pin(const std::string& path) const { map()->pin(path); }
  /// \copydoc Map::unpin
  bool unpin(const std::string& path) const { return map()->unpin(path); }

 protected:
  TableBase(MapPtr map, std::initializer_list<MapKind> kinds, const detail::TypeShape& key,
            const detail::TypeShape& value);

  [[nodiscard]] const detail::Core& core() const noexcept { return core_; }

 private:
  detail::Core core_;
};

}  // namespace bccxx
