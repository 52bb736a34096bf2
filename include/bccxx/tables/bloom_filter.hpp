#pragma once
// Sets that may say yes wrongly, but never no.

#include <bccxx/tables/table_base.hpp>

#include <utility>

namespace bccxx {

/// A bloom filter of V. libbcc cannot declare one: make it with Map::create, or take it from a pin or a libbpf object.
///
/// Throws: TypeMismatch when the map is another kind, or V cannot be its value
/// Kernel: 5.16
template <class V>
class BloomFilter : public TableBase {
 public:
  explicit BloomFilter(MapPtr map) : TableBase(std::move(map), {MapKind::bloom_filter}, {}, detail::key_shape<V>()) {}

  /// Throws: SystemError with the errno of bpf(2)
  void add(const V& value) const { core().update(nullptr, &value, Update::any); }
  /// False: never added. True: probably added.
  [[nodiscard]] bool may_contain(const V& value) const {
    V copy = value;
    return core().lookup(nullptr, &copy);
  }
};

}  // namespace bccxx
