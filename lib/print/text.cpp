// Rows become the text that bcc's Python prints.

#include <bccxx/print/histogram.hpp>
#include <bccxx/print/sections.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <iterator>

namespace bccxx {
namespace {

__extension__ using Wide = unsigned __int128;

// floor(width * count / largest) with the quotient rounded to a double first, as Python's division does: a count so
// close below the next star that no double lies between gets that star.
std::size_t stars(std::uint64_t count, std::uint64_t largest, unsigned width) {
  const Wide scaled = Wide{width} * count;
  const auto whole = static_cast<unsigned>(scaled / largest);
  const Wide missing = Wide{largest} - scaled % largest;
  // Half the distance between doubles just below whole + 1 is 2^(bits(whole) - 54).
  const unsigned shift = 54 - static_cast<unsigned>(std::bit_width(whole));
  return whole + ((missing << shift) <= Wide{largest} ? 1 : 0);
}

// As Python's %-*s: padded by code points, not by bytes or columns.
std::string padded(std::string_view text, std::size_t width) {
  const auto continues = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; };
  const auto points = text.size() - static_cast<std::size_t>(std::count_if(text.begin(), text.end(), continues));
  return std::string(text).append(width > points ? width - points : 0, ' ');
}

// `largest` is that of all slots: bcc scales by slot 0 even where it does not show it.
template <class AppendLabel>
void append_rows(std::string& out, std::span<const HistogramRow> rows, std::uint64_t largest, unsigned width,
                 bool strip_leading_zero, AppendLabel append_label) {
  bool strip = strip_leading_zero;
  for (const auto& row : rows) {
    if (strip && row.count == 0) continue;
    strip = false;
    append_label(row);
    fmt::format_to(std::back_inserter(out), " : {:<8} |{:<{}}|\n", row.count,
                   std::string(stars(row.count, largest, width), '*'), width);
  }
}

}  // namespace

std::string format_log2_hist(std::span<const std::uint64_t> counts, const HistogramOptions<>& options) {
  std::string out;
  const auto rows = log2_rows(counts);
  if (rows.empty()) return out;
  const bool narrow = rows.size() <= 32;
  out +=
      narrow ? std::string(5, ' ') + padded(options.val_type, 19) : std::string(15, ' ') + padded(options.val_type, 29);
  out += " : count     distribution\n";
  const int bound = narrow ? 10 : 20;
  append_rows(out, rows, std::ranges::max(counts), narrow ? 40 : 20, options.strip_leading_zero,
              [&](const HistogramRow& row) {
                fmt::format_to(std::back_inserter(out), "{:>{}} -> {:<{}}", row.low, bound, row.high, bound);
              });
  return out;
}

std::string format_linear_hist(std::span<const std::uint64_t> counts, const HistogramOptions<>& options) {
  std::string out;
  const auto rows = linear_rows(counts);
  if (rows.empty()) return out;
  out += std::string(5, ' ') + padded(options.val_type, 13) + " : count     distribution\n";
  append_rows(out, rows, std::ranges::max(counts), 40, options.strip_leading_zero,
              [&](const HistogramRow& row) { fmt::format_to(std::back_inserter(out), "        {:<10}", row.low); });
  return out;
}

void detail::append_section(std::string& out, std::string_view header, std::string_view bucket,
                            const HistogramSlots& slots, const HistogramOptions<>& options) {
  out.append("\n").append(header).append(" = ").append(bucket).append("\n");
  out += slots.scale() == HistogramScale::log2 ? format_log2_hist(slots.counts(), options)
                                               : format_linear_hist(slots.counts(), options);
}

}  // namespace bccxx
