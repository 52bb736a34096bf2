#pragma once
// Tables whose values are tables.

#include <bccxx/support/export.hpp>
#include <bccxx/tables/detail/bytes.hpp>
#include <bccxx/tables/table_base.hpp>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace bccxx {

namespace detail {

/// What does not depend on the types of a table of tables.
class BCCXX_API MapInMapBase : public TableBase {
 protected:
  MapInMapBase(MapPtr map, const TypeShape& key, MapPtr inner_template);

  /// The inner map; nullptr when the key is absent, or the map was replaced and has gone meanwhile.
  [[nodiscard]] MapPtr inner(const void* key) const;
  void put(const void* key, const Map& inner, Update how) const;
  [[nodiscard]] MapPtr create(const std::string& name, std::uint32_t max_entries) const;

 private:
  /// The template, or a map that is in the table already; nullptr when there is neither.
  [[nodiscard]] MapPtr model() const;

  MapPtr inner_template_;
};

}  // namespace detail

/// A table from K to tables of type Inner (BPF_ARRAY_OF_MAPS, BPF_HASH_OF_MAPS), such as
/// `MapInMapTable<int, ArrayTable<std::uint64_t>>`. An element is the inner table itself: it stays good when the slot
/// is overwritten.
///
/// Throws:  TypeMismatch when the map is another kind, or K cannot be its key
/// Kernel:  4.12; reading a slot 4.18
/// Source:  bcc MapInMapArray, MapInMapHash, which take descriptors and give ids
/// Example: tests/integration/tables/map_in_map_test.cpp, "an element is the inner table"
template <class K, class Inner>
class MapInMapTable : public detail::MapInMapBase {
 public:
  using key_type = K;
  using mapped_type = Inner;
  using value_type = std::pair<K, Inner>;

  /// `inner_template` is a map of the shape the outer one was declared with; create_inner() makes more like it.
  explicit MapInMapTable(MapPtr map, MapPtr inner_template = nullptr)
      : MapInMapBase(std::move(map), detail::key_shape<K>(), std::move(inner_template)) {}

  /// Returns: nullopt when no map is there
  /// Throws:  TypeMismatch when the map there is no Inner
  [[nodiscard]] std::optional<Inner> find(const K& key) const {
    auto map = inner(&key);
    if (!map) return std::nullopt;
    return Inner(std::move(map));
  }
  [[nodiscard]] bool contains(const K& key) const { return inner(&key) != nullptr; }
  /// Throws: KeyError when no map is there, TypeMismatch when the map there is no Inner
  [[nodiscard]] const Inner operator[](const K& key) const {  // NOLINT(readability-const-return-type)
    auto table = find(key);
    if (!table) core().throw_key_error(&key);
    return *table;
  }

  /// Puts an inner table in. It must have the kind, sizes and flags of the declared one. Its number of entries may
  /// differ, unless it is a plain array or an xskmap: the verifier relies on the size of an array that was not declared
  /// with BPF_F_INNER_MAP, as in `BPF_F_TABLE("array", u32, u64, inner, 4, 1 << 12)`.
  ///
  /// Throws: TypeMismatch with both shapes when the kernel finds it unlike the declared one and that is known; KeyError
  ///         when the index of an array is outside; SystemError otherwise, with EPERM when it is frozen, E2BIG when it
  ///         is full, EEXIST or ENOENT as `how` says
  /// Kernel: 5.10 for other numbers of entries, and for BPF_F_INNER_MAP
  void update(const K& key, const Inner& table, Update how = Update::any) const { put(&key, *table.map(), how); }
  /// Returns: whether a map was there
  bool remove(const K& key) const { return core().remove(&key); }

  /// A new, empty inner table of the declared shape, not yet in this one. `max_entries` is by default the declared
  /// one's.
  ///
  /// Throws: NotFound when there is no template and no inner table to copy the shape from, SystemError
  [[nodiscard]] Inner create_inner(const std::string& name = {}, std::uint32_t max_entries = 0) const {
    return Inner(create(name, max_entries));
  }

  /// Every inner table; those that go while they are being opened are left out.
  [[nodiscard]] std::vector<value_type> items() const {
    std::vector<value_type> result;
    for (const auto& key : keys()) {
      if (auto table = find(key)) result.emplace_back(key, *std::move(table));
    }
    return result;
  }
  /// The keys that have a map.
  [[nodiscard]] std::vector<K> keys() const {
    std::vector<K> result;
    core().read([&result](const std::byte* keys, const std::byte* values, std::size_t count) {
      for (std::size_t i = 0; i < count; ++i) {
        // An empty slot of an array reads as id 0.
        if (detail::load<std::uint32_t>(values + i * 4) != 0) result.push_back(detail::load<K>(keys + i * sizeof(K)));
      }
    });
    return result;
  }
  void clear() const {
    for (const auto& key : keys()) remove(key);
  }
};

}  // namespace bccxx
