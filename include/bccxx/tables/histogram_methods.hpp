#pragma once
// Histogram output for every table whose values are whole numbers, as bcc's Python has it.

#include <bccxx/print/histogram.hpp>
#include <bccxx/print/sections.hpp>
#include <bccxx/support/export.hpp>

#include <concepts>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace bccxx {

namespace detail {

/// Where the print functions write unless told otherwise: std::cout.
[[nodiscard]] BCCXX_API std::ostream& standard_output() noexcept;
BCCXX_API void write(std::ostream& out, const std::string& text);

template <class K>
struct OptionsFor {
  using type = HistogramOptions<>;
};
template <class K>
requires has_bucket<K>
struct OptionsFor<K> {
  using type = HistogramOptions<BucketOf<K>>;
};

// Asked for only when a histogram is printed: a key of a table that is none need not have a bucket and a slot.
template <class K>
using OptionsOf = typename OptionsFor<K>::type;

template <class Bucket, class Folded>
concept Folds = !std::same_as<Bucket, Folded>;

}  // namespace detail

/// Histogram output of a table from K to whole numbers. A key that is a struct is a bucket and a slot, and each bucket
/// becomes a section; any other key is the slot.
///
/// Source:  bcc print_log2_hist, print_linear_hist, print_json_hist, with its text byte for byte; counts of buckets
/// that
///          `bucket_fn` folds together are added, where bcc keeps the last; JSON is JSON
/// Example: tests/integration/tables/histogram_test.cpp
template <class Derived, class K, class V>
class HistogramMethods {
 public:
  /// The text of a log2 histogram. The options are HistogramOptions<>, with the bucket's type where the key has one.
  ///
  /// Throws: TypeMismatch when a key is no slot of such a histogram
  template <class L = K>
  [[nodiscard]] std::string log2_hist(const detail::OptionsOf<L>& options = {}) const requires std::integral<V> {
    return hist<HistogramScale::log2, false>(options);
  }
  template <class L = K>
  [[nodiscard]] std::string linear_hist(const detail::OptionsOf<L>& options = {}) const requires std::integral<V> {
    return hist<HistogramScale::linear, false>(options);
  }
  /// A log2 histogram as JSON, one object a line.
  template <class L = K>
  [[nodiscard]] std::string json_hist(const detail::OptionsOf<L>& options = {}) const requires std::integral<V> {
    return hist<HistogramScale::log2, true>(options);
  }

  /// The same for buckets that `options.bucket_fn` folds into another type.
  template <class Bucket, class Folded>
  requires detail::Folds<Bucket, Folded>
  [[nodiscard]] std::string log2_hist(const HistogramOptions<Bucket, Folded>& options) const {
    return hist<HistogramScale::log2, false>(options);
  }
  template <class Bucket, class Folded>
  requires detail::Folds<Bucket, Folded>
  [[nodiscard]] std::string linear_hist(const HistogramOptions<Bucket, Folded>& options) const {
    return hist<HistogramScale::linear, false>(options);
  }
  template <class Bucket, class Folded>
  requires detail::Folds<Bucket, Folded>
  [[nodiscard]] std::string json_hist(const HistogramOptions<Bucket, Folded>& options) const {
    return hist<HistogramScale::log2, true>(options);
  }

  /// Writes the histogram to `out`, by default std::cout.
  template <class L = K>
  void print_log2_hist(const detail::OptionsOf<L>& options = {}, std::ostream& out = detail::standard_output()) const {
    detail::write(out, log2_hist(options));
  }
  template <class L = K>
  void print_linear_hist(const detail::OptionsOf<L>& options = {},
                         std::ostream& out = detail::standard_output()) const {
    detail::write(out, linear_hist(options));
  }
  template <class L = K>
  void print_json_hist(const detail::OptionsOf<L>& options = {}, std::ostream& out = detail::standard_output()) const {
    detail::write(out, json_hist(options));
  }
  template <class Bucket, class Folded>
  requires detail::Folds<Bucket, Folded>
  void print_log2_hist(const HistogramOptions<Bucket, Folded>& options,
                       std::ostream& out = detail::standard_output()) const {
    detail::write(out, log2_hist(options));
  }
  template <class Bucket, class Folded>
  requires detail::Folds<Bucket, Folded>
  void print_linear_hist(const HistogramOptions<Bucket, Folded>& options,
                         std::ostream& out = detail::standard_output()) const {
    detail::write(out, linear_hist(options));
  }
  template <class Bucket, class Folded>
  requires detail::Folds<Bucket, Folded>
  void print_json_hist(const HistogramOptions<Bucket, Folded>& options,
                       std::ostream& out = detail::standard_output()) const {
    detail::write(out, json_hist(options));
  }

  /// The same with the parameter Python scripts give most often.
  void print_log2_hist(const char* val_type) const { print_log2_hist(head(val_type)); }
  void print_linear_hist(const char* val_type) const { print_linear_hist(head(val_type)); }
  void print_json_hist(const char* val_type) const { print_json_hist(head(val_type)); }

  /// And with the one for sections.
  void print_log2_hist(const char* val_type, const char* section_header) const requires has_bucket<K> {
    print_log2_hist(head(val_type, section_header));
  }
  void print_linear_hist(const char* val_type, const char* section_header) const requires has_bucket<K> {
    print_linear_hist(head(val_type, section_header));
  }
  void print_json_hist(const char* val_type, const char* section_header) const requires has_bucket<K> {
    print_json_hist(head(val_type, section_header));
  }

  /// The counts by slot, up to the last that is not zero.
  ///
  /// Throws: TypeMismatch when a key is no slot of such a histogram
  [[nodiscard]] std::vector<std::uint64_t> slots(HistogramScale scale = HistogramScale::log2) const
      requires(!has_bucket<K> && std::integral<V>) {
    const auto counted = count(scale);
    return {counted.counts().begin(), counted.counts().end()};
  }

 private:
  [[nodiscard]] const Derived& self() const { return static_cast<const Derived&>(*this); }

  [[nodiscard]] static auto head(const char* val_type) {
    detail::OptionsOf<K> options;
    options.val_type = val_type;
    return options;
  }
  [[nodiscard]] static auto head(const char* val_type, const char* section_header) {
    auto options = head(val_type);
    options.section_header = section_header;
    return options;
  }

  [[nodiscard]] HistogramSlots count(HistogramScale scale) const {
    HistogramSlots slots(scale, self().name());
    self().for_each_count([&slots](const K& key, std::uint64_t n) {
      // An array may have more slots than the scale; only those that were counted matter.
      if (n != 0) slots.add(key, n);
    });
    return slots;
  }

  template <HistogramScale Scale, bool Json, class SomeOptions>
  [[nodiscard]] std::string hist(const SomeOptions& options) const {
    if constexpr (has_bucket<K>) {
      auto sections = collect(Scale, options);
      return Json ? sections.json() : sections.text();
    } else {
      const auto slots = count(Scale);
      if constexpr (Json) return format_json_hist(slots.counts(), options);
      if constexpr (Scale == HistogramScale::log2) return format_log2_hist(slots.counts(), options);
      return format_linear_hist(slots.counts(), options);
    }
  }

  template <class Bucket, class Folded>
  [[nodiscard]] auto collect(HistogramScale scale, const HistogramOptions<Bucket, Folded>& options) const {
    HistogramSections<Bucket, Folded> sections(scale, options, self().name());
    self().for_each_count([&sections](const K& key, std::uint64_t n) {
      const auto [bucket, slot] = bucket_and_slot(key);
      sections.add(bucket, slot, n);
    });
    return sections;
  }
};

}  // namespace bccxx
