#pragma once
// Hash tables with a value for each CPU, plain and least-recently-used.

#include <bccxx/tables/detail/memory_map.hpp>
#include <bccxx/tables/detail/percpu_table.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace bccxx {

/// A hash from K to one V per CPU (BPF_PERCPU_HASH, "percpu_hash", "lru_percpu_hash"). V may have any size.
/// Keys of text are as in HashTable.
///
/// Throws:  TypeMismatch when the map is another kind, or K or V cannot be its key or value
/// Kernel:  4.6 (BPF_MAP_TYPE_PERCPU_HASH)
/// Source:  bcc PerCpuHash, LruPerCpuHash; the kernel rounds each value up to 8 bytes
/// Example: tests/integration/tables/percpu_test.cpp, "sums over CPUs"
template <class K, class V>
class PercpuHashTable : public detail::PercpuTable<K, V> {
  using Key = typename detail::KeyOf<K>::type;

 public:
  explicit PercpuHashTable(MapPtr map)
      : detail::PercpuTable<K, V>(std::move(map), {MapKind::percpu_hash, MapKind::lru_percpu_hash}) {}

  /// Writes the values of all CPUs where the key is absent.
  ///
  /// Returns: false, with nothing written, when the key is there
  /// Throws:  std::invalid_argument unless values.size() == possible_cpus(), SystemError
  [[nodiscard]] bool insert(const Key& key, const std::vector<V>& values) const {
    return this->core().insert(this->bytes_of(key).data(), this->pack(values).data());
  }

  /// Returns: whether the key was there
  bool remove(const Key& key) const { return this->core().remove(this->bytes_of(key).data()); }

  /// Removes many keys with few system calls. Returns: how many were there
  std::size_t remove(std::span<const Key> keys) const {
    return this->core().remove_many(detail::packed_keys(this->core(), keys).data(), keys.size());
  }

  /// Reads and removes in one step.
  ///
  /// Returns: nullopt when the key is absent
  /// Kernel:  5.14; before that it is two steps
  [[nodiscard]] std::optional<std::vector<V>> pop(const Key& key) const {
    std::vector<std::byte> raw(this->core().value_bytes());
    if (!this->core().take(this->bytes_of(key).data(), raw.data())) return std::nullopt;
    std::vector<V> values;
    this->unpack(raw.data(), values);
    return values;
  }

  /// Empties the table and gives what was in it: an entry inserted meanwhile is given or stays, never lost.
  /// What a program adds in place meanwhile may be; drain_counts() loses none of that.
  ///
  /// Kernel: 5.6 (BPF_MAP_LOOKUP_AND_DELETE_BATCH); before that one by one, as pop()
  [[nodiscard]] std::vector<std::pair<Key, std::vector<V>>> drain() const {
    std::vector<std::pair<Key, std::vector<V>>> result;
    this->core().drain([&](const std::byte* keys, const std::byte* values, std::size_t count) {
      for (std::size_t i = 0; i < count; ++i) {
        result.emplace_back(this->key_at(keys, i), std::vector<V>());
        this->unpack(values + i * this->core().value_bytes(), result.back().second);
      }
    });
    return result;
  }

  /// The counts of each key that has other than zeros, each read and zeroed in one step on its own CPU: nothing that a
  /// program adds to its own CPU's value is lost or counted twice, within the limits of PercpuArrayTable::drain. Keys
  /// stay or go as with HashTable::drain_counts.
  ///
  /// Throws: SystemError, with EPERM when the table is frozen; NotSupported when the kernel is older, or
  ///         programs may not write the table
  /// Kernel: 5.12, on arm64 5.18; before 5.19 the values of CPUs that this process may not run on stay in the table
  [[nodiscard]] std::vector<std::pair<Key, std::vector<V>>> drain_counts(
      IdleKeys idle = IdleKeys::keep) const requires detail::Exchangeable<V> {
    std::vector<std::pair<Key, std::vector<V>>> result;
    this->core().take_numbers(
        [&](const std::byte* keys, const std::byte* values, std::size_t count) {
          for (std::size_t i = 0; i < count; ++i) {
            result.emplace_back(this->key_at(keys, i), std::vector<V>());
            this->unpack(values + i * this->core().value_bytes(), result.back().second);
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
