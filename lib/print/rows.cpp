// Counts by slot become rows: bounds and counts.

#include <bccxx/print/histogram.hpp>
#include <bccxx/support/error.hpp>

#include <algorithm>
#include <stdexcept>

namespace bccxx {
namespace {

// One past the last slot that is not zero.
std::size_t used_slots(std::span<const std::uint64_t> counts) {
  const auto last = std::find_if(counts.rbegin(), counts.rend(), [](std::uint64_t count) { return count != 0; });
  return static_cast<std::size_t>(counts.rend() - last);
}

}  // namespace

HistogramSlots::HistogramSlots(HistogramScale scale, std::string table) : scale_(scale), table_(std::move(table)) {}

std::uint64_t& HistogramSlots::at(std::size_t slot) {
  if (slot >= counts_.size()) counts_.resize(slot + 1);
  return counts_[slot];
}

void HistogramSlots::refuse(const std::string& slot) const {
  throw TypeMismatch(table_, "slot", "0 to " + std::to_string(max_slots(scale_) - 1), slot);
}

std::vector<HistogramRow> log2_rows(std::span<const std::uint64_t> counts) {
  const std::size_t used = used_slots(counts);
  if (used > max_slots(HistogramScale::log2)) throw std::invalid_argument("a log2 histogram has at most 65 slots");
  std::vector<HistogramRow> rows;
  for (std::size_t slot = 1; slot < used; ++slot) {
    const std::uint64_t low = std::uint64_t{1} << (slot - 1);
    rows.push_back({slot == 1 ? 0 : low, low + (low - 1), counts[slot]});
  }
  return rows;
}

std::vector<HistogramRow> linear_rows(std::span<const std::uint64_t> counts) {
  std::vector<HistogramRow> rows;
  for (std::size_t slot = 0; slot < used_slots(counts); ++slot) rows.push_back({slot, slot, counts[slot]});
  return rows;
}

double percentile(std::span<const HistogramRow> rows, double fraction) {
  if (!(fraction >= 0 && fraction <= 1)) throw std::invalid_argument("a percentile's fraction lies between 0 and 1");
  double total = 0;
  for (const auto& row : rows) total += static_cast<double>(row.count);
  double left = fraction * total;
  double value = 0;
  for (const auto& row : rows) {
    if (row.count == 0) continue;
    const auto count = static_cast<double>(row.count);
    const double share = std::min(left / count, 1.0);
    value = static_cast<double>(row.low) + share * (static_cast<double>(row.high) - static_cast<double>(row.low));
    if (left <= count) break;
    left -= count;
  }
  return value;
}

}  // namespace bccxx
