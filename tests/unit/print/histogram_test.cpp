// Histograms as values: rows, slots, JSON, percentiles.
#include <bccxx/print/histogram.hpp>
#include <bccxx/print/sections.hpp>
#include <bccxx/support/error.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <ctime>
#include <limits>
#include <nlohmann/json.hpp>

using namespace bccxx;

TEST_CASE("log2 rows start at slot 1 and end at the last full one") {
  const std::array<std::uint64_t, 6> counts = {9, 1, 0, 4, 0, 0};
  CHECK(log2_rows(counts) == std::vector<HistogramRow>{{0, 1, 1}, {2, 3, 0}, {4, 7, 4}});
  CHECK(log2_rows({}).empty());
}

TEST_CASE("log2 slot 64 reaches to the largest value") {
  std::vector<std::uint64_t> counts(65);
  counts[64] = 1;
  CHECK(log2_rows(counts).back() == HistogramRow{std::uint64_t{1} << 63, std::numeric_limits<std::uint64_t>::max(), 1});
  counts.push_back(1);
  CHECK_THROWS_AS(log2_rows(counts), std::invalid_argument);
}

TEST_CASE("linear rows start at slot 0") {
  const std::array<std::uint64_t, 4> counts = {0, 2, 0, 0};
  CHECK(linear_rows(counts) == std::vector<HistogramRow>{{0, 0, 0}, {1, 1, 2}});
}

TEST_CASE("a slot that the scale does not have is refused with the limit") {
  HistogramSlots log2(HistogramScale::log2, "dist");
  HistogramSlots linear(HistogramScale::linear, "dist");
  CHECK_NOTHROW(log2.add(64, 1));
  CHECK_NOTHROW(linear.add(1024, 1));
  CHECK_THROWS_AS(log2.add(65, 1), TypeMismatch);
  CHECK_THROWS_AS(log2.add(-1, 1), TypeMismatch);
  CHECK_THROWS_AS(linear.add(std::numeric_limits<std::uint64_t>::max(), 1), TypeMismatch);
  try {
    linear.add(1025, 1);
    FAIL("slot 1025 was taken");
  } catch (const TypeMismatch& error) {
    CHECK(error.table() == "dist");
    CHECK(error.expected() == "0 to 1024");
    CHECK(error.actual() == "1025");
  }
}

TEST_CASE("buckets that fold together are added up") {
  HistogramSections<int> sections(HistogramScale::log2, {.bucket_fn = [](int bucket) { return bucket % 2; }});
  sections.add(1, 3, 10);
  sections.add(3, 3, 5);
  sections.add(2, 4, 1);
  const auto folded = sections.sections();
  REQUIRE(folded.size() == 2);
  CHECK(folded[0].bucket == 1);
  CHECK(folded[0].slots.counts()[3] == 15);
  CHECK(folded[1].slots.counts()[4] == 1);
}

TEST_CASE("buckets may be folded into another type") {
  struct Disk {
    unsigned major, minor;
  };
  HistogramSections<Disk, std::string> sections(HistogramScale::linear, {.bucket_fn = [](const Disk& disk) {
                                                  return std::to_string(disk.major) + ":" + std::to_string(disk.minor);
                                                }});
  sections.add({8, 1}, 0, 1);
  CHECK(sections.text().starts_with("\nBucket ptr = '8:1'\n     value         : count"));
  HistogramSections<Disk, std::string> no_function(HistogramScale::linear, {});
  CHECK_THROWS_AS(no_function.add({8, 1}, 0, 1), std::invalid_argument);
}

TEST_CASE("buckets that are structs need no order of their own") {
  struct Disk {
    unsigned major, minor;
  };
  HistogramSections<Disk> sections(HistogramScale::log2,
                                   {.section_print_fn = [](const Disk& disk) { return std::to_string(disk.minor); }});
  sections.add({8, 1}, 1, 1);
  sections.add({8, 2}, 1, 1);
  sections.add({8, 1}, 1, 1);
  CHECK(sections.sections().size() == 2);
  CHECK(sections.sections()[0].slots.counts()[1] == 2);
}

TEST_CASE("a sort function may leave buckets out but not make them up") {
  HistogramSections<int> some(HistogramScale::log2, {.bucket_sort_fn = [](const std::vector<int>& all) {
                                return std::vector<int>{all.back()};
                              }});
  HistogramSections<int> wrong(
      HistogramScale::log2, {.bucket_sort_fn = [](const std::vector<int>&) { return std::vector<int>{42}; }}, "dist");
  for (auto* sections : {&some, &wrong}) {
    sections->add(1, 1, 1);
    sections->add(2, 1, 1);
  }
  REQUIRE(some.sections().size() == 1);
  CHECK(some.sections()[0].bucket == 2);
  CHECK_THROWS_AS(wrong.text(), KeyError);
}

TEST_CASE("the bucket and the slot are found in a key") {
  struct Two {
    std::uint32_t disk;
    std::uint32_t bits;
  };
  struct Padded {
    std::uint32_t disk;
    std::uint32_t pad;
    std::uint64_t bits;
  };
  struct Named {
    char comm[16];
    std::uint32_t cpu;
    std::uint32_t slot;
  };
  CHECK(bucket_and_slot(Two{3, 4}) == std::pair<std::uint32_t, std::uint32_t>(3, 4));
  CHECK(bucket_and_slot(Padded{3, 9, 4}) == std::pair<std::uint32_t, std::uint64_t>(3, 4));
  const auto [comm, slot] = bucket_and_slot(Named{"sshd", 9, 4});
  CHECK(show_bucket(comm) == "b'sshd'");
  CHECK(slot == 4);
  CHECK_FALSE(has_bucket<int>);
  CHECK(has_bucket<Two>);
  CHECK(std::is_same_v<BucketOf<Named>, std::array<char, 16>>);
}

TEST_CASE("buckets look as Python shows them") {
  CHECK(show_bucket(-3) == "-3");
  CHECK(show_bucket(true) == "True");
  CHECK(show_bucket(2.0) == "2.0");
  CHECK(show_bucket(0.5) == "0.5");
  CHECK(show_bucket(std::string("it's")) == "\"it's\"");
  CHECK(show_bucket(std::string("a\"b'c\n")) == "'a\"b\\'c\\n'");
  CHECK(show_bucket(std::array<char, 4>{'a', '\x01', '\xff', 'b'}) == "b'a\\x01\\xffb'");
}

TEST_CASE("a JSON histogram is JSON") {
  const std::array<std::uint64_t, 5> counts = {7, 1, 0, 3, 0};
  const std::string text =
      format_json_hist(counts, {.val_type = "say \"usecs\""}, std::chrono::system_clock::from_time_t(0));
  CHECK(text.back() == '\n');
  CHECK(std::ranges::count(text, '\n') == 1);
  const auto json = nlohmann::json::parse(text);
  CHECK(json["val_type"] == "say \"usecs\"");
  std::tm epoch{};
  const std::time_t zero = 0;
  localtime_r(&zero, &epoch);
  char ts[32];
  std::strftime(ts, sizeof ts, "%Y-%m-%d %H:%M:%S", &epoch);
  CHECK(json["ts"] == ts);
  CHECK(json["data"] == nlohmann::json::parse(R"([{"interval-start": 0, "interval-end": 1, "count": 1},
                                                  {"interval-start": 2, "interval-end": 3, "count": 0},
                                                  {"interval-start": 4, "interval-end": 7, "count": 3}])"));
  CHECK(nlohmann::json::parse(format_json_hist({}))["data"].empty());
}

TEST_CASE("JSON sections carry their bucket, numbers as numbers, bytes that are not UTF-8 replaced") {
  using Comm = std::array<char, 4>;
  HistogramSections<Comm> comms(HistogramScale::log2, {.section_header = "comm"});
  comms.add(Comm{'a', '\xff', 0, 'x'}, 1, 1);
  CHECK(nlohmann::json::parse(comms.json())["comm"] == "a\xEF\xBF\xBD");

  HistogramSections<std::uint64_t> numbers(HistogramScale::log2, {.section_header = "disk"});
  numbers.add(std::numeric_limits<std::uint64_t>::max(), 1, 1);
  CHECK(nlohmann::json::parse(numbers.json())["disk"] == std::numeric_limits<std::uint64_t>::max());

  HistogramSections<int> named(HistogramScale::log2,
                               {.section_print_fn = [](int n) { return "n" + std::to_string(n); }});
  named.add(4, 1, 1);
  named.add(5, 1, 1);
  const std::string text = named.json();
  CHECK(nlohmann::json::parse(text.substr(0, text.find('\n')))["Bucket ptr"] == "n4");
}

TEST_CASE("a percentile lies where that share of the counts ends") {
  const std::vector<HistogramRow> rows = {{0, 1, 0}, {2, 3, 50}, {4, 7, 50}};
  CHECK(percentile(rows, 0) == 2);
  CHECK(percentile(rows, 0.5) == 3);
  CHECK(percentile(rows, 0.75) == 5.5);
  CHECK(percentile(rows, 1) == 7);
  CHECK(percentile({}, 0.5) == 0);
  CHECK_THROWS_AS(percentile(rows, 1.5), std::invalid_argument);
}
