// Answers of a worker that may be in the wrong hands.

#include "symbols/dwarf_protocol.hpp"

#include <catch2/catch.hpp>

#include <random>

using bccxx::symbols::most_inlined_frames;
using bccxx::symbols::read_places;
using bccxx::symbols::SourcePlace;
using bccxx::symbols::write_places;

namespace {

std::vector<SourcePlace> two_places() { return {{"a.c", 7, {{"inner", "b.h", 1}, {"outer", "c.h", 2}}}, {"", 0, {}}}; }

}  // namespace

TEST_CASE("places are read as they were written") {
  const auto places = read_places(write_places(two_places()), 2);
  REQUIRE(places);
  REQUIRE(places->size() == 2);
  CHECK((*places)[0].file == "a.c");
  CHECK((*places)[0].line == 7);
  REQUIRE((*places)[0].inlined.size() == 2);
  CHECK((*places)[0].inlined[1].symbol == "outer");
  CHECK((*places)[0].inlined[1].file == "c.h");
  CHECK((*places)[0].inlined[1].line == 2);
  CHECK((*places)[1].inlined.empty());
}

TEST_CASE("an answer that is cut, too long or for another count is refused") {
  const auto bytes = write_places(two_places());
  for (std::size_t size = 0; size < bytes.size(); ++size) CHECK_FALSE(read_places(bytes.substr(0, size), 2));
  CHECK_FALSE(read_places(bytes + "x", 2));
  CHECK_FALSE(read_places(bytes, 1));
  CHECK_FALSE(read_places(bytes, 3));
}

TEST_CASE("more inlined frames than an address can have are refused") {
  SourcePlace place;
  place.inlined.resize(most_inlined_frames);
  CHECK(read_places(write_places({&place, 1}), 1));
  place.inlined.emplace_back();
  CHECK_FALSE(read_places(write_places({&place, 1}), 1));
}

TEST_CASE("an answer with any bits flipped does no harm") {
  std::mt19937 random(7);  // NOLINT(cert-msc51-cpp): the same bits each time
  for (int round = 0; round < 5000; ++round) {
    auto bytes = write_places(two_places());
    for (auto flips = 1 + random() % 4; flips > 0; --flips)
      bytes[random() % bytes.size()] ^= static_cast<char>(1U << random() % 8);
    const auto places = read_places(bytes, 2);
    if (places) CHECK(places->size() == 2);
  }
}
