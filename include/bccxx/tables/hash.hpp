#pragma once
// Hash tables, plain and least-recently-used.

#include <bccxx/tables/detail/keyed_table.hpp>
#include <bccxx/tables/detail/memory_map.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace bccxx {

/// A hash from K to V (BPF_HASH, "hash", "lru_hash").
///
/// Where the key is an array of char, or a struct of nothing else, K may be std::string or, to have the size checked,
/// char[N]. Keys are then std::string: padded with zeros on their way to the kernel, and cut before the first zero on
/// their way back. A text longer than the key is a TypeMismatch.
///
/// Throws:  TypeMismatch when the map is another kind, or K or V cannot be its key or value
/// Kernel:  3.19; LRU 4.10; batch reads 5.6, before that key by key
/// Source:  bcc HashTable, LruHash
/// Example: tests/integration/tables/hash_test.cpp, "a hash reads back what was written"
template <class K, class V>
class HashTable : public detail::KeyedTable<K, V> {
  using Key = typename detail::KeyOf<K>::type;

 public:
  explicit HashTable(MapPtr map) : detail::KeyedTable<K, V>(std::move(map), {MapKind::hash, MapKind::lru_hash}) {}

  /// Writes a value where the key is absent.
  ///
  /// Returns: false, with nothing written, when the key is there
  [[nodiscard]] bool insert(const Key& key, const V& value) const {
    return this->core().insert(this->bytes_of(key).data(), &value);
  }

  /// Returns: whether the key was there
  bool remove(const Key& key) const { return this->core().remove(this->bytes_of(key).data()); }

  /// Removes many keys with few system calls.
  ///
  /// Returns: how many were there
  /// Kernel:  5.6 (BPF_MAP_DELETE_BATCH); before that one by one
  /// Source:  bcc items_delete_batch
  std::size_t remove(std::span<const Key> keys) const {
    return this->core().remove_many(detail::packed_keys(this->core(), keys).data(), keys.size());
  }

  /// Reads and removes in one step, so that no change in between is lost.
  ///
  /// Returns: nullopt when the key is absent
  /// Kernel:  5.14; before that it is two steps
  [[nodiscard]] std::optional<V> pop(const Key& key) const {
    detail::Bytes<V> value;
    if (!this->core().take(this->bytes_of(key).data(), &value)) return std::nullopt;
    return detail::load<V>(value.data.data());
  }

  /// Empties the table and gives what was in it: an entry inserted meanwhile is given or stays, never lost.
  ///
  /// What a program adds in place, with __sync_fetch_and_add on the value it found, may be lost: between the copying of
  /// an entry and its unlinking the program still reaches the value. drain_counts() loses none of these. Where values
  /// are no numbers, let the program find the table in a MapInMapTable, put an empty one in its slot, which waits for
  /// running programs, and drain the old one.
  ///
  /// Kernel: 5.6 (BPF_MAP_LOOKUP_AND_DELETE_BATCH); before that one by one, as pop()
  /// Source: bcc items_lookup_and_delete_batch
  [[nodiscard]] std::vector<std::pair<Key, V>> drain() const {
    std::vector<std::pair<Key, V>> result;
    this->core().drain([this, &result](const std::byte* keys, const std::byte* values, std::size_t count) {
      for (std::size_t i = 0; i < count; ++i) {
        result.emplace_back(this->key_at(keys, i), detail::load<V>(values + i * sizeof(V)));
      }
    });
    return result;
  }

  /// The count of each key that has other than zero, each read and zeroed in one step: no addition that programs make
  /// with __sync_fetch_and_add, or with map.atomic_increment(), is lost or counted twice.
  ///
  /// Keys stay, with zero, unless `idle` says to remove those on which nothing was counted since the last time, so that
  /// a table that programs fill does not get full. lru_hash loses what the kernel evicts.
  ///
  /// Throws: SystemError, with EPERM when the table is frozen; NotSupported when the kernel is older, or
  ///         programs may not write the table
  /// Kernel: 5.12, on arm64 5.18, by a program that does it in the kernel
  /// Example: tests/integration/tables/drain_counts_test.cpp, "draining loses and doubles no count"
  [[nodiscard]] std::vector<std::pair<Key, V>> drain_counts(
      IdleKeys idle = IdleKeys::keep) const requires detail::Exchangeable<V> {
    std::vector<std::pair<Key, V>> result;
    this->core().take_numbers(
        [this, &result](const std::byte* keys, const std::byte* values, std::size_t count) {
          for (std::size_t i = 0; i < count; ++i) {
            result.emplace_back(this->key_at(keys, i), detail::load<V>(values + i * sizeof(V)));
          }
        },
        idle);
    return result;
  }

  void clear() const { this->core().clear(); }

  /// How many entries there are, counted by reading them all.
  [[nodiscard]] std::size_t size() const { return this->core().count(); }
};

}  // namespace bccxx
