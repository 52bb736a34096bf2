#pragma once
// Arrays with a value for each CPU.

#include <bccxx/tables/detail/percpu_table.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace bccxx {

/// An array of one V per CPU (BPF_PERCPU_ARRAY). V may have any size.
///
/// Throws:  TypeMismatch when the map is another kind, or V cannot be its value
/// Kernel:  4.6 (BPF_MAP_TYPE_PERCPU_ARRAY); batch reads 5.13
/// Source:  bcc PerCpuArray; the kernel rounds each value up to 8 bytes
/// Example: tests/integration/tables/percpu_test.cpp, "sums over CPUs"
template <class V>
class PercpuArrayTable : public detail::PercpuTable<std::uint32_t, V> {
  using Base = detail::PercpuTable<std::uint32_t, V>;

 public:
  explicit PercpuArrayTable(MapPtr map) : Base(std::move(map), {MapKind::percpu_array}) {}

  /// The number of slots, used or not.
  [[nodiscard]] std::size_t size() const noexcept { return this->capacity(); }

  /// Writes the values of all CPUs.
  ///
  /// Throws: KeyError when the index is outside, std::invalid_argument unless values.size() == possible_cpus()
  void update(const std::uint32_t& index, const std::vector<V>& values, Update how = Update::any) const {
    if (index >= size()) this->core().throw_key_error(&index);
    Base::update(index, values, how);
  }

  /// Zeroes every slot: an array cannot lose its keys. What programs add between the reading of a slot and its zeroing
  /// is lost: the kernel has no command that does both. Where each addition counts, keep the sums of the last reading
  /// and subtract them.
  void clear() const { this->zero(); }
};

}  // namespace bccxx
