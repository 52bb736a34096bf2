#pragma once
// Tries that find the longest matching prefix.

#include <bccxx/tables/detail/keyed_table.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>

namespace bccxx {

/// A key for tries of addresses of Size bytes in network order, such as 4 for IPv4.
template <std::size_t Size>
struct LpmKey {
  std::uint32_t prefixlen = 0;  ///< how many leading bits count
  std::array<std::uint8_t, Size> data = {};
  friend bool operator==(const LpmKey&, const LpmKey&) = default;
};

/// A longest-prefix-match trie (BPF_LPM_TRIE). K starts with the prefix length in bits, as std::uint32_t.
///
/// find(), contains() and operator[] give the entry with the longest prefix that matches; update() and remove() take
/// exactly that prefix.
///
/// Throws:  TypeMismatch when the map is another kind, or K or V cannot be its key or value
/// Kernel:  4.11
/// Source:  bcc LpmTrie
/// Example: tests/integration/tables/lpm_trie_test.cpp, "the longest prefix wins"
template <class K, class V>
class LpmTrie : public detail::KeyedTable<K, V> {
  static_assert(std::is_standard_layout_v<K> && sizeof(K) > sizeof(std::uint32_t),
                "the key of a trie starts with its prefix length, a std::uint32_t");

 public:
  explicit LpmTrie(MapPtr map) : detail::KeyedTable<K, V>(std::move(map), {MapKind::lpm_trie}) {}

  /// Writes a value where the prefix is absent.
  ///
  /// Returns: false, with nothing written, when the prefix is there
  [[nodiscard]] bool insert(const K& key, const V& value) const { return this->core().insert(&key, &value); }
  /// Returns: whether the prefix was there
  bool remove(const K& key) const { return this->core().remove(&key); }
  /// Removes many prefixes with few system calls. Returns: how many were there
  std::size_t remove(std::span<const K> keys) const {
    return this->core().remove_many(std::as_bytes(keys).data(), keys.size());
  }
  void clear() const {
    const auto all = this->keys();
    remove(std::span<const K>(all));
  }
  /// How many prefixes there are, counted by walking through them.
  [[nodiscard]] std::size_t size() const { return this->core().count(); }
};

}  // namespace bccxx
