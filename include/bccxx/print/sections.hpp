#pragma once
// A histogram for each bucket of a table whose key is a struct.

#include <bccxx/print/bucket.hpp>
#include <bccxx/print/histogram.hpp>
#include <bccxx/support/error.hpp>
#include <bccxx/support/export.hpp>

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace bccxx {

/// One bucket and its counts.
template <class Folded>
struct HistogramSection {
  Folded bucket;
  HistogramSlots slots;
};

namespace detail {

struct BytesLess {
  template <class T>
  bool operator()(const T& a, const T& b) const noexcept {
    if constexpr (requires {
                    { a < b } -> std::convertible_to<bool>;
                  }) {
      return a < b;
    } else {
      static_assert(std::has_unique_object_representations_v<T>, "a bucket needs operator< or no padding");
      return std::string_view(reinterpret_cast<const char*>(&a), sizeof a) <
             std::string_view(reinterpret_cast<const char*>(&b), sizeof b);
    }
  }
};

BCCXX_API void append_section(std::string& out, std::string_view header, std::string_view bucket,
                              const HistogramSlots& slots, const HistogramOptions<>& options);
BCCXX_API void append_json_section(std::string& out, std::string_view header, const JsonBucket& bucket,
                                   const HistogramSlots& slots, const HistogramOptions<>& options,
                                   std::chrono::system_clock::time_point ts);

}  // namespace detail

/// Collects counts by bucket and slot, and prints a section for each bucket.
///
/// Buckets that `bucket_fn` folds together are added up; bcc keeps the last one it met.
template <class Bucket, class Folded = Bucket>
class HistogramSections {
 public:
  using Options = HistogramOptions<Bucket, Folded>;

  /// `table` is named in errors.
  HistogramSections(HistogramScale scale, Options options, std::string table = "histogram")
      : scale_(scale), options_(std::move(options)), table_(std::move(table)) {}

  /// Throws: TypeMismatch when the scale has no such slot
  template <std::integral Slot>
  void add(const Bucket& bucket, Slot slot, std::uint64_t count) {
    Folded folded = fold(bucket);
    const auto [it, added] = index_.try_emplace(folded, sections_.size());
    if (added) sections_.push_back({std::move(folded), HistogramSlots(scale_, table_)});
    sections_[it->second].slots.add(slot, count);
  }

  /// The sections in the order they are printed in.
  ///
  /// Throws: KeyError when bucket_sort_fn made up a bucket
  [[nodiscard]] std::vector<HistogramSection<Folded>> sections() const {
    if (!options_.bucket_sort_fn) return sections_;
    std::vector<Folded> buckets;
    for (const auto& section : sections_) buckets.push_back(section.bucket);
    std::vector<HistogramSection<Folded>> sorted;
    for (const Folded& bucket : options_.bucket_sort_fn(std::move(buckets))) {
      const auto it = index_.find(bucket);
      if (it == index_.end()) throw KeyError(table_, show(bucket));
      sorted.push_back(sections_[it->second]);
    }
    return sorted;
  }

  /// The sections as text, byte for byte as bcc's Python prints them.
  [[nodiscard]] std::string text() const {
    std::string out;
    for (const auto& [bucket, slots] : sections())
      detail::append_section(out, options_.section_header, show(bucket), slots, plain());
    return out;
  }

  /// The sections as JSON, one object a line.
  [[nodiscard]] std::string json(std::chrono::system_clock::time_point ts = std::chrono::system_clock::now()) const {
    std::string out;
    for (const auto& [bucket, slots] : sections())
      detail::append_json_section(out, options_.section_header, json_value(bucket), slots, plain(), ts);
    return out;
  }

 private:
  Folded fold(const Bucket& bucket) const {
    if (options_.bucket_fn) return options_.bucket_fn(bucket);
    if constexpr (std::convertible_to<const Bucket&, Folded>) {
      return bucket;
    } else {
      throw std::invalid_argument("a histogram whose buckets are folded into another type needs a bucket_fn");
    }
  }
  std::string show(const Folded& bucket) const {
    if (options_.section_print_fn) return options_.section_print_fn(bucket);
    if constexpr (bucket_is_printable<Folded>) {
      return show_bucket(bucket);
    } else {
      throw std::invalid_argument("a histogram whose buckets are structs needs a section_print_fn");
    }
  }
  JsonBucket json_value(const Folded& bucket) const {
    if constexpr (bucket_is_printable<Folded>) {
      if (!options_.section_print_fn) return json_bucket(bucket);
    }
    return show(bucket);
  }
  HistogramOptions<> plain() const {
    return {.val_type = options_.val_type, .strip_leading_zero = options_.strip_leading_zero};
  }

  HistogramScale scale_;
  Options options_;
  std::string table_;
  std::map<Folded, std::size_t, detail::BytesLess> index_;
  std::vector<HistogramSection<Folded>> sections_;
};

}  // namespace bccxx
