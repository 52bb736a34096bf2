// The fuzz targets' functions over mutated inputs, so that every build runs them a little.

#include "fuzz/compiler/parsers.hpp"

#include <catch2/catch.hpp>

#include <functional>
#include <random>

using namespace bccxx::compiler;

namespace {

std::vector<std::byte> good_request() {
  Request request;
  request.text = "int f(void) { return 0; }";
  request.cflags = {"-DA", "-Ix"};
  return encode(request);
}

std::vector<std::byte> good_answer() {
  Answer answer;
  answer.diagnostics = {{"a.c", 1, 2, bccxx::Severity::error, "no"}, {"b.h", 3, 4, bccxx::Severity::note, "why"}};
  answer.object.assign(50, std::byte{7});
  answer.files = {"/a", "/b"};
  return encode(answer);
}

std::vector<std::byte> good_entry() {
  CacheEntry entry;
  entry.files.resize(3);
  entry.files[1].path = "/usr/lib/libbcc.so.0";
  entry.log = "log";
  entry.object.assign(50, std::byte{7});
  return encode_entry({}, entry);
}

/// One to four of: a byte changed, a stretch removed, repeated, or filled with ones, as in a huge length.
std::vector<std::byte> mutated(std::vector<std::byte> bytes, std::mt19937& random) {
  for (auto steps = 1 + random() % 4; steps > 0 && !bytes.empty(); --steps) {
    const auto at = static_cast<std::ptrdiff_t>(random() % bytes.size());
    const auto size = std::min<std::ptrdiff_t>(std::ssize(bytes) - at, 1 + random() % 16);
    const auto first = bytes.begin() + at;
    switch (random() % 4) {
      case 0:
        *first = static_cast<std::byte>(random());
        break;
      case 1:
        bytes.erase(first, first + size);
        break;
      case 2: {
        const std::vector<std::byte> copy(first, first + size);
        bytes.insert(first, copy.begin(), copy.end());
        break;
      }
      default:
        std::fill(first, first + size, std::byte{0xff});
    }
  }
  return bytes;
}

}  // namespace

TEST_CASE("mutations: every parser refuses or accepts, and does nothing else", "[compiler]") {
  struct Case {
    std::function<bool(std::span<const std::byte>)> parse;
    std::vector<std::byte> good;
  };
  const auto c =
      GENERATE(Case{compiler_fuzz::parse_request, good_request()}, Case{compiler_fuzz::parse_answer, good_answer()},
               Case{compiler_fuzz::parse_entry, good_entry()});
  REQUIRE(c.parse(c.good));
  std::mt19937 random(7);
  int accepted = 0;
  int refused = 0;
  for (int round = 0; round < 5000; ++round) (c.parse(mutated(c.good, random)) ? accepted : refused) += 1;
  CHECK(accepted > 0);
  CHECK(refused > 0);
}
