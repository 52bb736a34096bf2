// Every golden file, made by bcc's Python (make_goldens.py), against our text, byte for byte.
#include <bccxx/print/sections.hpp>

#include <fmt/format.h>
#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>

namespace {

using namespace bccxx;
using Counts = std::vector<std::pair<int, std::uint64_t>>;

struct Case {
  HistogramScale scale = HistogramScale::log2;
  HistogramOptions<> plain;
  std::string header, print, fold, sort;
  Counts slots;
  std::vector<std::pair<std::string, Counts>> buckets;
  std::string expected;
};

Counts read_counts(std::istringstream& words) {
  Counts counts;
  int slot = 0;
  char colon = 0;
  std::uint64_t count = 0;
  while (words >> slot >> colon >> count) counts.emplace_back(slot, count);
  return counts;
}

void describe(Case& c, const std::string& line) {
  std::istringstream words(line);
  std::string what;
  words >> what;
  const std::string rest = line.substr(std::min(line.size(), what.size() + 1));
  if (what == "scale") c.scale = rest == "log2" ? HistogramScale::log2 : HistogramScale::linear;
  if (what == "val_type") c.plain.val_type = rest;
  if (what == "strip") c.plain.strip_leading_zero = true;
  if (what == "slots") c.slots = read_counts(words);
  if (what == "header") c.header = rest;
  if (what == "print") c.print = rest;
  if (what == "fold") c.fold = rest;
  if (what == "sort") c.sort = rest;
  if (what == "bucket") {
    const auto space = rest.find(' ');
    std::istringstream counts(rest.substr(space));
    c.buckets.emplace_back(rest.substr(0, space), read_counts(counts));
  }
}

Case read_case(const std::filesystem::path& path) {
  std::ifstream file(path);
  Case c;
  for (std::string line; std::getline(file, line);) {
    if (c.expected.empty() && line.starts_with("# ")) {
      describe(c, line.substr(2));
    } else {
      c.expected += line + '\n';
    }
  }
  return c;
}

// Collects the case's buckets, which `read` turns from text into the key's type.
template <class Bucket, class Read>
std::string sections_text(const Case& c, HistogramOptions<Bucket> options, Read read) {
  options.val_type = c.plain.val_type;
  options.section_header = c.header;
  options.strip_leading_zero = c.plain.strip_leading_zero;
  HistogramSections<Bucket> sections(c.scale, options);
  for (const auto& [text, counts] : c.buckets)
    for (const auto& [slot, count] : counts) sections.add(read(text), slot, count);
  return sections.text();
}

std::string our_text(const Case& c) {
  if (c.buckets.empty()) {
    HistogramSlots slots(c.scale);
    for (const auto& [slot, count] : c.slots) slots.add(slot, count);
    return c.scale == HistogramScale::log2 ? format_log2_hist(slots.counts(), c.plain)
                                           : format_linear_hist(slots.counts(), c.plain);
  }
  if (c.buckets.front().first.find_first_not_of("0123456789") != std::string::npos) {
    using Text = std::array<char, 16>;
    return sections_text<Text>(c, {}, [](const std::string& text) {
      Text bytes{};
      std::ranges::copy(text, bytes.begin());
      return bytes;
    });
  }
  HistogramOptions<std::uint64_t> options;
  if (c.print == "hex") options.section_print_fn = [](std::uint64_t bucket) { return fmt::format("0x{:x}", bucket); };
  if (c.fold == "10") options.bucket_fn = [](std::uint64_t bucket) { return bucket / 10 * 10; };
  if (c.sort == "descending") {
    options.bucket_sort_fn = [](std::vector<std::uint64_t> buckets) {
      std::ranges::sort(buckets, std::greater<>());
      return buckets;
    };
  }
  return sections_text(c, options, [](const std::string& text) { return std::stoull(text); });
}

}  // namespace

TEST_CASE("histograms are printed as bcc's Python prints them") {
  std::size_t cases = 0;
  for (const auto& entry : std::filesystem::directory_iterator(BCCXX_SOURCE_DIR "/tests/unit/print/golden")) {
    INFO(entry.path().filename());
    const Case c = read_case(entry.path());
    REQUIRE((c.expected.empty() || !c.slots.empty() || !c.buckets.empty()));
    CHECK(our_text(c) == c.expected);
    ++cases;
  }
  CHECK(cases >= 50);
}
