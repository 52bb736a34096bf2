#pragma once
// Arrays: every index is always there.

#include <bccxx/tables/detail/keyed_table.hpp>
#include <bccxx/tables/detail/memory_map.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace bccxx {

/// An array's memory, seen directly: reads cost no system call and see writes at once. A value of up to 8 bytes is
/// whole; a larger one that a program writes meanwhile may be half old and half new.
template <class V>
class MappedArray {
 public:
  explicit MappedArray(detail::MemoryMap memory)
      : memory_(std::make_shared<const detail::MemoryMap>(std::move(memory))) {}

  [[nodiscard]] std::size_t size() const noexcept { return memory_->count(); }
  /// Precondition: index < size()
  // Const, so that `mapped[i] = value`, which would change only the copy, does not compile.
  [[nodiscard]] const V operator[](std::size_t index) const noexcept {  // NOLINT(readability-const-return-type)
    return detail::load_shared<V>(memory_->element(index));
  }

 private:
  std::shared_ptr<const detail::MemoryMap> memory_;
};

/// An array of V (BPF_ARRAY, "array"). find() of an index outside gives nullopt, operator[] and update() throw.
///
/// Throws:  TypeMismatch when the map is another kind, or V cannot be its value
/// Kernel:  3.19; batch reads 5.6, before that index by index
/// Source:  bcc Array
/// Example: tests/integration/tables/array_test.cpp, "an array reads back what was written"
template <class V>
class ArrayTable : public detail::KeyedTable<std::uint32_t, V> {
  using Base = detail::KeyedTable<std::uint32_t, V>;

 public:
  explicit ArrayTable(MapPtr map) : Base(std::move(map), {MapKind::array}) {}

  /// The number of slots, used or not.
  [[nodiscard]] std::size_t size() const noexcept { return this->capacity(); }

  /// Writes a value.
  ///
  /// Throws: KeyError when the index is outside, SystemError with EPERM when the array is frozen
  void update(const std::uint32_t& index, const V& value, Update how = Update::any) const {
    if (index >= size()) this->core().throw_key_error(&index);
    Base::update(index, value, how);
  }

  /// Every value; element i is slot i.
  [[nodiscard]] std::vector<V> values() const {
    const auto memory = mapped();
    if (!memory) return Base::values();
    std::vector<V> result(memory->size());
    for (std::size_t i = 0; i < result.size(); ++i) result[i] = (*memory)[i];
    return result;
  }
  [[nodiscard]] std::vector<std::pair<std::uint32_t, V>> items() const {
    std::vector<std::pair<std::uint32_t, V>> result;
    if (const auto memory = mapped()) {
      result.reserve(memory->size());
      for (std::size_t i = 0; i < memory->size(); ++i) result.emplace_back(static_cast<std::uint32_t>(i), (*memory)[i]);
      return result;
    }
    return Base::items();
  }

  /// Zeroes every slot: an array cannot lose its keys. What programs add between the reading of a slot and its zeroing
  /// is lost; drain() loses nothing.
  void clear() const { this->zero(); }

  /// Every value, each read and zeroed in one step: no addition that programs make with __sync_fetch_and_add, or with
  /// map.atomic_increment(), is lost or counted twice. map.increment() reads, adds and writes, and loses counts of
  /// other CPUs with or without this.
  ///
  /// Throws: SystemError, with EPERM when the table is frozen; NotSupported when the kernel is older, or
  ///         programs may not write the table
  /// Kernel: 5.12, on arm64 5.18, by a program that does it in the kernel; 5.5 for a map made with BPF_F_MMAPABLE,
  /// whose memory is at
  ///         hand, as in `BPF_F_TABLE("array", int, u64, counts, 64, 1 << 10)`
  [[nodiscard]] std::vector<V> drain() const requires detail::Exchangeable<V> {
    if (auto mapped = detail::take_all_shared<V>(*this->map())) return *std::move(mapped);
    std::vector<V> result(size());
    this->core().take_numbers([&result](const std::byte* /*indexes*/, const std::byte* values, std::size_t count) {
      for (std::size_t i = 0; i < count; ++i) result[i] = detail::load<V>(values + i * sizeof(V));
    });
    return result;
  }

  /// The array's memory itself.
  ///
  /// Returns: nullopt unless the map was made with BPF_F_MMAPABLE
  /// Throws:  SystemError with the errno of mmap(2)
  /// Kernel:  5.5
  [[nodiscard]] std::optional<MappedArray<V>> mapped() const {
    auto memory = detail::MemoryMap::of(*this->map());
    if (!memory) return std::nullopt;
    return MappedArray<V>(std::move(*memory));
  }
};

}  // namespace bccxx
