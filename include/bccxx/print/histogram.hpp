#pragma once
// Histograms as values and as the text bcc's Python prints: pure functions on counts by slot.

#include <bccxx/support/export.hpp>

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bccxx {

/// How a histogram is printed. `Bucket` is the first member of the table's key, `Folded` what `bucket_fn` makes of it;
/// a table whose key is a plain integer has neither, and prints one histogram.
///
/// Source:  bcc print_log2_hist, print_linear_hist, print_json_hist: the same names with the same defaults
/// Example: tests/unit/print/histogram_test.cpp
template <class Bucket = void, class Folded = Bucket>
struct HistogramOptions {
  std::string val_type = "value";             ///< head of the first column
  std::string section_header = "Bucket ptr";  ///< left of ` = ` above each section
  std::function<std::string(const Folded&)> section_print_fn =
      nullptr;                                               ///< right of it; by default the bucket as Python shows it
  std::function<Folded(const Bucket&)> bucket_fn = nullptr;  ///< folds buckets; counts that fall together are added
  bool strip_leading_zero = false;                           ///< leaves out the empty rows before the first full one
  std::function<std::vector<Folded>(std::vector<Folded>)> bucket_sort_fn =
      nullptr;  ///< gives the order; by default as they came
};

template <>
struct HistogramOptions<void, void> {
  std::string val_type = "value";
  bool strip_leading_zero = false;
};

/// One row: `count` values between `low` and `high`, both included.
struct HistogramRow {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  std::uint64_t count = 0;
  friend bool operator==(const HistogramRow&, const HistogramRow&) = default;
};

/// Whether slot i holds the values of i bits, or the value i itself.
enum class HistogramScale { log2, linear };

/// How many slots a histogram of that scale can have: 65, or 1025. bcc's limits.
[[nodiscard]] constexpr std::size_t max_slots(HistogramScale scale) noexcept {
  return scale == HistogramScale::log2 ? 65 : 1025;
}

/// The counts of one histogram, by slot.
class BCCXX_API HistogramSlots {
 public:
  /// `table` is named in errors.
  explicit HistogramSlots(HistogramScale scale, std::string table = "histogram");

  /// Adds `count` to what `slot` holds.
  ///
  /// Throws: TypeMismatch when the scale has no such slot: the table is no histogram of this kind
  template <std::integral Slot>
  void add(Slot slot, std::uint64_t count) {
    if (std::cmp_less(slot, 0) || std::cmp_greater_equal(slot, max_slots(scale_))) refuse(std::to_string(slot));
    at(static_cast<std::size_t>(slot)) += count;
  }

  [[nodiscard]] HistogramScale scale() const noexcept { return scale_; }
  /// Shape: up to the highest slot that was added to; empty when none was
  [[nodiscard]] std::span<const std::uint64_t> counts() const noexcept { return counts_; }

 private:
  [[noreturn]] void refuse(const std::string& slot) const;
  std::uint64_t& at(std::size_t slot);

  HistogramScale scale_;
  std::string table_;
  std::vector<std::uint64_t> counts_;
};

/// The rows of a log2 histogram, from slot 1 to the last that is not zero.
///
/// Shape:  row 0 is 0 to 1, row i is 2^i to 2^(i+1)-1; slot 0, which bpf_log2l never gives, has no row
/// Throws: std::invalid_argument for more than 65 slots
[[nodiscard]] BCCXX_API std::vector<HistogramRow> log2_rows(std::span<const std::uint64_t> counts);

/// The rows of a linear histogram, from slot 0 to the last that is not zero.
[[nodiscard]] BCCXX_API std::vector<HistogramRow> linear_rows(std::span<const std::uint64_t> counts);

/// A log2 histogram as text, byte for byte as bcc's Python prints it; empty when there is nothing to show.
[[nodiscard]] BCCXX_API std::string format_log2_hist(std::span<const std::uint64_t> counts,
                                                     const HistogramOptions<>& options = {});

/// A linear histogram as text, byte for byte as bcc's Python prints it; empty when there is nothing to show.
[[nodiscard]] BCCXX_API std::string format_linear_hist(std::span<const std::uint64_t> counts,
                                                       const HistogramOptions<>& options = {});

/// A log2 histogram as one line of JSON, with bcc's names: ts, val_type and data of interval-start, interval-end,
/// count.
///
/// Units: `ts` is printed as local time, to the second
[[nodiscard]] BCCXX_API std::string format_json_hist(
    std::span<const std::uint64_t> counts, const HistogramOptions<>& options = {},
    std::chrono::system_clock::time_point ts = std::chrono::system_clock::now());

/// The value below which `fraction` of the counted values lie, taking those of a row as spread evenly.
///
/// Returns: 0 when nothing was counted
/// Throws:  std::invalid_argument for a fraction outside 0 to 1
[[nodiscard]] BCCXX_API double percentile(std::span<const HistogramRow> rows, double fraction);

}  // namespace bccxx
