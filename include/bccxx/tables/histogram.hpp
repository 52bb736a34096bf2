#pragma once
// Histograms: tables that count by slot, or by bucket and slot.

#include <bccxx/tables/detail/bytes.hpp>
#include <bccxx/tables/detail/core.hpp>
#include <bccxx/tables/detail/memory_map.hpp>
#include <bccxx/tables/histogram_methods.hpp>
#include <bccxx/tables/table_base.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace bccxx {

/// The counts of a histogram as they were, with everything that can be done with a histogram but counting on.
template <class K>
class HistogramCounts : public HistogramMethods<HistogramCounts<K>, K, std::uint64_t> {
 public:
  HistogramCounts(std::string name, std::vector<std::pair<K, std::uint64_t>> items)
      : name_(std::move(name)), items_(std::move(items)) {}

  /// The table's name, for messages.
  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] const std::vector<std::pair<K, std::uint64_t>>& items() const& noexcept { return items_; }
  // By value, so that `for (const auto& item : dist.drain().items())` has something to go through.
  [[nodiscard]] std::vector<std::pair<K, std::uint64_t>> items() && { return std::move(items_); }

  template <class Visit>
  void for_each_count(Visit&& visit) const {
    for (const auto& [key, count] : items_) visit(key, count);
  }

 private:
  std::string name_;
  std::vector<std::pair<K, std::uint64_t>> items_;
};

/// A histogram (BPF_HISTOGRAM, or any array or hash of counts). K is the slot, or a struct of bucket and slot. Values
/// per CPU are added up.
///
/// Throws:  TypeMismatch when the map is another kind, or K or V cannot be its key or value
/// Source:  bcc: BPF_HISTOGRAM is an array when its key is int, else a hash
/// Example: tests/integration/tables/histogram_test.cpp, "a histogram prints as bcc prints it"
template <class K = int, class V = std::uint64_t>
class Histogram : public TableBase, public HistogramMethods<Histogram<K, V>, K, V> {
 public:
  explicit Histogram(MapPtr map)
      : TableBase(std::move(map),
                  {MapKind::array, MapKind::hash, MapKind::lru_hash, MapKind::percpu_array, MapKind::percpu_hash,
                   MapKind::lru_percpu_hash},
                  detail::key_shape<K>(), detail::value_shape<V>()) {}

  /// Every key and its count, in the map's order.
  [[nodiscard]] std::vector<std::pair<K, std::uint64_t>> items() const {
    std::vector<std::pair<K, std::uint64_t>> result;
    for_each_count([&result](const K& key, std::uint64_t count) { result.emplace_back(key, count); });
    return result;
  }

  /// Takes the counts out, to print them and begin anew: `dist.drain().print_log2_hist("usecs")`.
  ///
  /// Each count is read and zeroed in one step, values per CPU on their own CPU: no addition that programs make with
  /// __sync_fetch_and_add or map.atomic_increment(), or to their own CPU's value within the limits of
  /// PercpuArrayTable::drain, is lost or counted twice. The keys of a hash stay, with zero, or those that had zero go,
  /// as HashTable::drain_counts says.
  ///
  /// Where the kernel has no such step (before 5.12, on arm64 before 5.18, unless the map is an array made with
  /// BPF_F_MMAPABLE), or the program that it takes is refused, each count is read and then zeroed, and what is counted
  /// in between is lost.
  ///
  /// Throws: SystemError with the errno of bpf(2), EPERM when the table is frozen
  /// Example: tests/integration/tables/drain_test.cpp, "a drained histogram prints what it had and begins anew"
  [[nodiscard]] HistogramCounts<K> drain(IdleKeys idle = IdleKeys::keep) const {
    std::vector<std::pair<K, std::uint64_t>> result;
    auto add = summed([&result](const K& key, std::uint64_t count) { result.emplace_back(key, count); });
    if constexpr (detail::Exchangeable<V> && sizeof(K) == sizeof(std::uint32_t)) {
      if (const auto mapped = detail::take_all_shared<V>(*map())) {
        for (std::uint32_t i = 0; i < mapped->size(); ++i) {
          result.emplace_back(std::bit_cast<K>(i), static_cast<std::uint64_t>((*mapped)[i]));
        }
        return {name(), std::move(result)};
      }
    }
    core().take_numbers(add, idle, detail::WithoutExchange::two_steps);
    return {name(), std::move(result)};
  }

  /// Starts counting anew: removes the keys of a hash, zeroes an array. What is counted between a print and this is
  /// lost; drain() is for that.
  void clear() const { is_array() ? core().zero() : core().clear(); }
  /// Sets every count to zero; keys stay.
  void zero() const { core().zero(); }

  template <class Visit>
  void for_each_count(Visit&& visit) const {
    core().read(summed(std::forward<Visit>(visit)));
  }

 private:
  [[nodiscard]] bool is_array() const noexcept {
    return map()->kind() == MapKind::array || map()->kind() == MapKind::percpu_array;
  }

  /// Calls `visit` with each key and the sum of its values.
  template <class Visit>
  [[nodiscard]] auto summed(Visit&& visit) const {
    return [this, visit = std::forward<Visit>(visit)](const std::byte* keys, const std::byte* values,
                                                      std::size_t count) mutable {
      const auto cpus = core().value_bytes() / core().value_stride();
      for (std::size_t i = 0; i < count; ++i) {
        std::uint64_t sum = 0;
        for (std::size_t cpu = 0; cpu < cpus; ++cpu) {
          sum += static_cast<std::uint64_t>(
              detail::load<V>(values + i * core().value_bytes() + cpu * core().value_stride()));
        }
        visit(detail::load<K>(keys + i * sizeof(K)), sum);
      }
    };
  }
};

}  // namespace bccxx
