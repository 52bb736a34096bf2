#pragma once
// What tables with one value for each CPU share.

#include <bccxx/support/cpus.hpp>
#include <bccxx/tables/detail/bytes.hpp>
#include <bccxx/tables/detail/key_bytes.hpp>
#include <bccxx/tables/histogram_methods.hpp>
#include <bccxx/tables/table_base.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <span>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <vector>

namespace bccxx::detail {

template <class T>
concept Arithmetic = std::is_arithmetic_v<T>;

/// Sums of narrow numbers are taken in the widest type of their family.
template <Arithmetic V>
using SumOf = std::conditional_t<std::is_floating_point_v<V>, double,
                                 std::conditional_t<std::is_signed_v<V>, std::int64_t, std::uint64_t>>;

template <class K, class V>
class PercpuTable : public TableBase, public HistogramMethods<PercpuTable<K, V>, typename KeyOf<K>::type, V> {
 public:
  using key_type = typename KeyOf<K>::type;
  using mapped_type = std::vector<V>;
  using value_type = std::pair<key_type, std::vector<V>>;

  /// Reads the value of `key` on every possible CPU.
  ///
  /// Shape:   result.size() == possible_cpus(); element i belongs to CPU i
  /// Returns: nullopt when the key is absent
  /// Throws:  SystemError with the errno of bpf(2)
  [[nodiscard]] std::optional<std::vector<V>> find(const key_type& key) const {
    std::vector<std::byte> raw(core().value_bytes());
    if (!core().lookup(bytes_of(key).data(), raw.data())) return std::nullopt;
    std::vector<V> values;
    unpack(raw.data(), values);
    return values;
  }
  [[nodiscard]] bool contains(const key_type& key) const { return find(key).has_value(); }

  /// The value of `key` on every possible CPU.
  ///
  /// Throws: KeyError when the key is absent
  /// Source: bcc PerCpuHash.getvalue
  [[nodiscard]] std::vector<V> getvalue(const key_type& key) const {
    auto values = find(key);
    if (!values) core().throw_key_error(bytes_of(key).data());
    return *std::move(values);
  }
  /// The same as getvalue; a copy, so it is const.
  [[nodiscard]] const std::vector<V> operator[](const key_type& key) const {  // NOLINT(readability-const-return-type)
    return getvalue(key);
  }

  /// The sum over all CPUs, in 64 bits.
  ///
  /// Throws: KeyError when the key is absent
  [[nodiscard]] auto sum(const key_type& key) const requires Arithmetic<V> { return total(getvalue(key)); }
  /// The largest value of any CPU. Throws: KeyError when the key is absent
  [[nodiscard]] V max(const key_type& key) const requires Arithmetic<V> {
    const auto values = getvalue(key);
    return *std::max_element(values.begin(), values.end());
  }
  /// The sum divided by the number of possible CPUs. Throws: KeyError when the key is absent
  [[nodiscard]] double average(const key_type& key) const requires Arithmetic<V> {
    const auto values = getvalue(key);
    return static_cast<double>(total(values)) / static_cast<double>(values.size());
  }

  /// Writes the values of all CPUs.
  ///
  /// Throws: std::invalid_argument unless values.size() == possible_cpus(); SystemError, with E2BIG when the table is
  ///         full, EEXIST or ENOENT as `how` says
  void update(const key_type& key, const std::vector<V>& values, Update how = Update::any) const {
    const auto raw = pack(values);
    core().update(bytes_of(key).data(), raw.data(), how);
  }

  /// Writes many entries with few system calls.
  ///
  /// Throws: std::invalid_argument unless each has possible_cpus() values; SystemError as update(), and the entries
  ///         before the failing one have been written
  /// Kernel: 5.6 hashes, 5.13 arrays; before that one by one
  void update_many(std::span<const std::pair<key_type, std::vector<V>>> entries, Update how = Update::any) const {
    std::vector<std::byte> keys(entries.size() * core().key_size());
    std::vector<std::byte> values;
    values.reserve(entries.size() * core().value_bytes());
    for (std::size_t i = 0; i < entries.size(); ++i) {
      std::memcpy(&keys[i * core().key_size()], bytes_of(entries[i].first).data(), core().key_size());
      const auto raw = pack(entries[i].second);
      values.insert(values.end(), raw.begin(), raw.end());
    }
    core().update_many(keys.data(), values.data(), entries.size(), how);
  }

  /// Calls `visit(key, values)` for each entry, where `values` is a vector that is used again for the next one; entries
  /// that stay meanwhile are visited exactly once.
  template <class Visit>
  void for_each(Visit&& visit) const {
    std::vector<V> scratch;
    core().read([&](const std::byte* keys, const std::byte* values, std::size_t count) {
      for (std::size_t i = 0; i < count; ++i) {
        unpack(values + i * core().value_bytes(), scratch);
        visit(key_at(keys, i), std::as_const(scratch));
      }
    });
  }

  /// A copy of the whole table. Entries that stay meanwhile are in it exactly once.
  [[nodiscard]] std::vector<value_type> items() const {
    std::vector<value_type> result;
    for_each([&result](const key_type& key, const std::vector<V>& values) { result.emplace_back(key, values); });
    return result;
  }
  [[nodiscard]] std::vector<key_type> keys() const {
    std::vector<key_type> result;
    for_each([&result](const key_type& key, const std::vector<V>& /*values*/) { result.push_back(key); });
    return result;
  }
  [[nodiscard]] std::vector<std::vector<V>> values() const {
    std::vector<std::vector<V>> result;
    for_each([&result](const key_type& /*key*/, const std::vector<V>& values) { result.push_back(values); });
    return result;
  }
  /// The whole table with the values of all CPUs added up.
  [[nodiscard]] auto sums() const requires Arithmetic<V> {
    std::vector<std::pair<key_type, SumOf<V>>> result;
    for_each([&result](const key_type& key, const std::vector<V>& values) { result.emplace_back(key, total(values)); });
    return result;
  }

  /// Sets the values of all CPUs to zero bytes; keys stay.
  void zero() const { core().zero(); }

  template <class Visit>
  void for_each_count(Visit&& visit) const requires std::integral<V> {
    for_each([&visit](const key_type& key, const std::vector<V>& values) {
      visit(key, static_cast<std::uint64_t>(total(values)));
    });
  }

 protected:
  PercpuTable(MapPtr map, std::initializer_list<MapKind> kinds)
      : TableBase(std::move(map), kinds, key_shape<K>(), value_shape<V>()) {}

  [[nodiscard]] KeyBytes<key_type> bytes_of(const key_type& key) const { return {core(), key}; }
  [[nodiscard]] key_type key_at(const std::byte* keys, std::size_t index) const {
    return load_key<key_type>(core(), keys + index * core().key_size());
  }
  void unpack(const std::byte* raw, std::vector<V>& values) const {
    values.clear();
    for (std::size_t cpu = 0; cpu < possible_cpus(); ++cpu)
      values.push_back(load<V>(raw + cpu * core().value_stride()));
  }
  [[nodiscard]] std::vector<std::byte> pack(const std::vector<V>& values) const {
    if (values.size() != possible_cpus())
      throw std::invalid_argument("a per-CPU value needs one element per possible CPU");
    std::vector<std::byte> raw(core().value_bytes());
    for (std::size_t cpu = 0; cpu < values.size(); ++cpu) {
      std::memcpy(&raw[cpu * core().value_stride()], &values[cpu], sizeof(V));
    }
    return raw;
  }

 private:
  [[nodiscard]] static auto total(const std::vector<V>& values) {
    SumOf<V> sum = 0;
    for (const auto value : values) sum += value;
    return sum;
  }
};

}  // namespace bccxx::detail
