#pragma once
// What tables with one value a key share: find, update, and reading the whole table.

#include <bccxx/tables/detail/bytes.hpp>
#include <bccxx/tables/detail/key_bytes.hpp>
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
class KeyedTable : public TableBase, public HistogramMethods<KeyedTable<K, V>, typename KeyOf<K>::type, V> {
 public:
  using key_type = typename KeyOf<K>::type;
  using mapped_type = V;
  using value_type = std::pair<key_type, V>;

  /// The value of `key`.
  ///
  /// Returns: nullopt when the key is absent
  /// Throws:  SystemError with the errno of bpf(2)
  [[nodiscard]] std::optional<V> find(const key_type& key) const { return find_with(key, 0); }
  /// The value of `key`, copied while its bpf_spin_lock is held.
  ///
  /// Kernel: 5.1 (BPF_F_LOCK)
  [[nodiscard]] std::optional<V> find_locked(const key_type& key) const { return find_with(key, 4); }
  [[nodiscard]] bool contains(const key_type& key) const { return find(key).has_value(); }

  /// The value of `key`, as a copy: write with update().
  ///
  /// Throws: KeyError when the key is absent
  // Const, so that `table[key] = value`, which would change only the copy, does not compile.
  [[nodiscard]] const V operator[](const key_type& key) const {  // NOLINT(readability-const-return-type)
    auto value = find(key);
    if (!value) core().throw_key_error(bytes_of(key).data());
    return *value;
  }

  /// Writes a value.
  ///
  /// Throws: SystemError, with E2BIG when the table is full, EEXIST or ENOENT as `how` says, EPERM when it is frozen
  void update(const key_type& key, const V& value, Update how = Update::any) const {
    core().update(bytes_of(key).data(), &value, how);
  }

  /// Writes many values with few system calls.
  ///
  /// Throws: SystemError as update(); the entries before the failing one have been written
  /// Source: bcc items_update_batch
  void update_many(std::span<const value_type> entries, Update how = Update::any) const {
    std::vector<std::byte> keys(entries.size() * core().key_size());
    std::vector<std::byte> values(entries.size() * sizeof(V));
    for (std::size_t i = 0; i < entries.size(); ++i) {
      std::memcpy(&keys[i * core().key_size()], bytes_of(entries[i].first).data(), core().key_size());
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
    core().read([this, &visit](const std::byte* keys, const std::byte* values, std::size_t count) {
      for (std::size_t i = 0; i < count; ++i) visit(key_at(keys, i), load<V>(values + i * sizeof(V)));
    });
  }

  /// A copy of the whole table, in the map's order. Entries that stay meanwhile are in it exactly once.
  ///
  /// Throws: SystemError with the errno of bpf(2)
  [[nodiscard]] std::vector<value_type> items() const {
    std::vector<value_type> result;
    for_each([&result](const key_type& key, const V& value) { result.emplace_back(key, value); });
    return result;
  }
  [[nodiscard]] std::vector<key_type> keys() const {
    std::vector<key_type> result;
    for_each([&result](const key_type& key, const V& /*value*/) { result.push_back(key); });
    return result;
  }
  [[nodiscard]] std::vector<V> values() const {
    std::vector<V> result;
    for_each([&result](const key_type& /*key*/, const V& value) { result.push_back(value); });
    return result;
  }

  /// Sets every value to zero bytes; keys stay.
  void zero() const { core().zero(); }

  template <class Visit>
  void for_each_count(Visit&& visit) const requires std::integral<V> {
    for_each([&visit](const key_type& key, const V& value) { visit(key, static_cast<std::uint64_t>(value)); });
  }

 protected:
  KeyedTable(MapPtr map, std::initializer_list<MapKind> kinds)
      : TableBase(std::move(map), kinds, key_shape<K>(), value_shape<V>()) {}

  [[nodiscard]] KeyBytes<key_type> bytes_of(const key_type& key) const { return {core(), key}; }
  [[nodiscard]] key_type key_at(const std::byte* keys, std::size_t index) const {
    return load_key<key_type>(core(), keys + index * core().key_size());
  }

 private:
  std::optional<V> find_with(const key_type& key, std::uint64_t flags) const {
    Bytes<V> value;
    if (!core().lookup(bytes_of(key).data(), &value, flags)) return std::nullopt;
    return load<V>(value.data.data());
  }
};

}  // namespace bccxx::detail
