#pragma once
// What tables with one value a key share: find, update, and reading the whole table.

#include <bccxx/tables/detail/bytes.hpp>
#include <bccxx/tables/histogram_methods.hpp>
#include <bccxx/tables/table_base.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace bccxx::detail {

template <class K, class V>
class KeyedTable : public TableBase, public HistogramMethods<KeyedTable<K, V>, K, V> {
 public:
  using key_type = K;
  using mapped_type = V;
  using value_type = std::pair<K, V>;

  /// The value of `key`.
  ///
  /// Returns: nullopt when the key is absent
  /// Throws:  SystemError with the errno of bpf(2)
  [[nodiscard]] std::optional<V> find(const K& key) const { return find_with(key, 0); }
  /// The value of `key`, copied while its bpf_spin_lock is held.
  ///
  /// Kernel: 5.1 (BPF_F_LOCK)
  [[nodiscard]] std::optional<V> find_locked(const K& key) const { return find_with(key, 4); }
  [[nodiscard]] bool contains(const K& key) const { return find(key).has_value(); }

  /// The value of `key`, as a copy: write with update().
  ///
  /// Throws: KeyError when the key is absent
  // Const, so that `table[key] = value`, which would change only the copy, does not compile.
  [[nodiscard]] const V operator[](const K& key) const {  // NOLINT(readability-const-return-type)
    auto value = find(key);
    if (!value) core().throw_key_error(&key);
    return *value;
  }

  /// Writes a value.
  ///
  /// Throws: SystemError, with E2BIG when the table is full, EEXIST or ENOENT as `how` says, EPERM when it is frozen
  void update(const K& key, const V& value, Update how = Update::any) const { core().update(&key, &value, how); }

  /// Writes many values with few system calls.
  ///
  /// Throws: SystemError as update(); the entries before the failing one have been written
  /// Source: bcc items_update_batch
  void update_many(std::span<const std::pair<K, V>> entries, Update how = Update::any) const {
    std::vector<std::byte> keys(entries.size() * sizeof(K));
    std::vector<std::byte> values(entries.size() * sizeof(V));
    for (std::size_t i = 0; i < entries.size(); ++i) {
      std::memcpy(&keys[i * sizeof(K)], &entries[i].first, sizeof(K));
      std::memcpy(&values[i * sizeof(V)], &entries[i].second, sizeof(V));
    }
    core().update_many(keys.data(), values.data(), entries.size(), how);
  }

  /// Calls `visit(key, value)` for each entry; entries that stay meanwhile are visited exactly once.
  ///
  /// Throws: SystemError with the errno of bpf(2), with EAGAIN when the kernel has no batch reads of this kind of map
  ///         and others insert and remove so fast that a walk does not get on; whatever `visit` throws
  template <class Visit>
  void for_each(Visit&& visit) const {
    core().read([&visit](const std::byte* keys, const std::byte* values, std::size_t count) {
      for (std::size_t i = 0; i < count; ++i) visit(load<K>(keys + i * sizeof(K)), load<V>(values + i * sizeof(V)));
    });
  }

  /// A copy of the whole table, in the map's order. Entries that stay meanwhile are in it exactly once.
  ///
  /// Throws: SystemError with the errno of bpf(2)
  [[nodiscard]] std::vector<value_type> items() const {
    std::vector<value_type> result;
    for_each([&result](const K& key, const V& value) { result.emplace_back(key, value); });
    return result;
  }
  [[nodiscard]] std::vector<K> keys() const {
    std::vector<K> result;
    for_each([&result](const K& key, const V& /*value*/) { result.push_back(key); });
    return result;
  }
  [[nodiscard]] std::vector<V> values() const {
    std::vector<V> result;
    for_each([&result](const K& /*key*/, const V& value) { result.push_back(value); });
    return result;
  }

  /// Sets every value to zero bytes; keys stay.
  void zero() const { core().zero(); }

  template <class Visit>
  void for_each_count(Visit&& visit) const requires std::integral<V> {
    for_each([&visit](const K& key, const V& value) { visit(key, static_cast<std::uint64_t>(value)); });
  }

 protected:
  KeyedTable(MapPtr map, std::initializer_list<MapKind> kinds)
      : TableBase(std::move(map), kinds, key_shape<K>(), value_shape<V>()) {}

 private:
  std::optional<V> find_with(const K& key, std::uint64_t flags) const {
    Bytes<V> value;
    if (!core().lookup(&key, &value, flags)) return std::nullopt;
    return load<V>(value.data.data());
  }
};

}  // namespace bccxx::detail
