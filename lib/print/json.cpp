// Log2 histograms as JSON, one object a line.

#include <bccxx/print/histogram.hpp>
#include <bccxx/print/sections.hpp>

#include <fmt/chrono.h>

#include <ctime>
#include <nlohmann/json.hpp>

namespace bccxx {
namespace {

nlohmann::ordered_json to_json(std::span<const std::uint64_t> counts, const HistogramOptions<>& options,
                               std::chrono::system_clock::time_point ts) {
  auto data = nlohmann::ordered_json::array();
  for (const auto& row : log2_rows(counts))
    data.push_back({{"interval-start", row.low}, {"interval-end", row.high}, {"count", row.count}});
  return {{"ts", fmt::format("{:%Y-%m-%d %H:%M:%S}", fmt::localtime(std::chrono::system_clock::to_time_t(ts)))},
          {"val_type", options.val_type},
          {"data", std::move(data)}};
}

// Kernel strings need not be UTF-8; JSON must be.
std::string line(const nlohmann::ordered_json& json) {
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + '\n';
}

}  // namespace

std::string format_json_hist(std::span<const std::uint64_t> counts, const HistogramOptions<>& options,
                             std::chrono::system_clock::time_point ts) {
  return line(to_json(counts, options, ts));
}

void detail::append_json_section(std::string& out, std::string_view header, const JsonBucket& bucket,
                                 const HistogramSlots& slots, const HistogramOptions<>& options,
                                 std::chrono::system_clock::time_point ts) {
  auto json = to_json(slots.counts(), options, ts);
  std::visit([&](const auto& value) { json[std::string(header)] = value; }, bucket);
  out += line(json);
}

}  // namespace bccxx
