#pragma once
// Arrays with a value for each CPU.

#include <bccxx/tables/detail/memory_map.hpp>
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
  /// is lost; drain() loses nothing.
  void clear() const { this->zero(); }

  /// Every value, each read and zeroed in one step on its own CPU: no addition of a program to its own CPU's value is
  /// lost or counted twice, be it atomic or not. Two kinds of addition must be atomic for that, as with
  /// map.atomic_increment(): any on CPUs that this process may not run on, and those of programs that the kernel may
  /// preempt. These are, on a kernel with preempt=full, preempt=lazy or PREEMPT_RT, uprobes and USDT (since 6.0),
  /// fentry, fexit, LSM, iterators, and the programs of cgroups and sockets; with PREEMPT_RT also XDP and tc; and
  /// sleepable ones on any kernel. Kprobes, tracepoints, raw tracepoints and perf events are never preempted.
  ///
  /// Shape:  result.size() == size(); result[i].size() == possible_cpus()
  /// Throws: SystemError, with EPERM when the table is frozen; NotSupported when the kernel is older, or
  ///         programs may not write the table
  /// Kernel: 5.12, on arm64 5.18; before 5.19 the values of CPUs that this process may not run on stay in the table
  [[nodiscard]] std::vector<std::vector<V>> drain() const requires detail::Exchangeable<V> {
    std::vector<std::vector<V>> result(size());
    this->core().take_numbers([&](const std::byte* /*indexes*/, const std::byte* values, std::size_t count) {
      for (std::size_t i = 0; i < count; ++i) this->unpack(values + i * this->core().value_bytes(), result[i]);
    });
    return result;
  }
};

}  // namespace bccxx
