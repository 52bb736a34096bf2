// Walks through a map that changes meanwhile; the map is made up.

#include "tables/walk.hpp"

#include <bccxx/support/error.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

using bccxx::detail::walk;
using bccxx::detail::WalkSource;

namespace {

/// Behaves as the kernel's hash: asked to go on from a key that has gone, it starts anew.
class FakeMap {
 public:
  explicit FakeMap(std::string keys) : keys_(std::move(keys)) {}

  std::string keys_;
  /// Called with the number of `next` calls so far, before each of them.
  std::function<void(int, std::string&)> meddle_ = [](int, std::string&) {};

  std::string run() {
    std::string seen;
    int calls = 0;
    const WalkSource source = {[&](const std::byte* key, std::byte* next) {
                                 meddle_(++calls, keys_);
                                 auto place = key == nullptr ? std::string::npos : keys_.find(static_cast<char>(*key));
                                 place = place == std::string::npos ? 0 : place + 1;
                                 if (place >= keys_.size()) return false;
                                 *next = static_cast<std::byte>(keys_[place]);
                                 return true;
                               },
                               [&](const std::byte* key, std::byte* value) {
                                 *value = *key;
                                 return keys_.find(static_cast<char>(*key)) != std::string::npos;
                               }};
    walk(source, 1, 1, "fake", [&seen](const std::byte* keys, const std::byte* values, std::size_t count) {
      CHECK(count == 1);
      CHECK(keys[0] == values[0]);
      seen += static_cast<char>(keys[0]);
    });
    return seen;
  }
};

void drop(std::string& keys, char key) { keys.erase(std::remove(keys.begin(), keys.end(), key), keys.end()); }

}  // namespace

TEST_CASE("a walk gives an unchanging map in order") {
  CHECK(FakeMap("abcdef").run() == "abcdef");
  CHECK(FakeMap("").run().empty());
}

TEST_CASE("a walk goes on where it was when the key it stands on is removed") {
  FakeMap map("abcdef");
  map.meddle_ = [](int call, std::string& keys) {
    if (call == 4) drop(keys, 'c');
  };
  CHECK(map.run() == "abcdef");
}

TEST_CASE("a walk survives the removal of all it has given") {
  FakeMap map("abcdef");
  map.meddle_ = [](int call, std::string& keys) {
    if (call == 4) keys = "def";
  };
  CHECK(map.run() == "abcdef");
}

TEST_CASE("a walk gives a key that is removed and comes back only once") {
  FakeMap map("abcdef");
  map.meddle_ = [](int call, std::string& keys) {
    if (call == 3) keys = "bacdef";
    if (call == 5) keys = "acdbef";
  };
  const auto seen = map.run();
  CHECK(std::count(seen.begin(), seen.end(), 'b') == 1);
  CHECK(seen.find("ef") != std::string::npos);
}

TEST_CASE("a walk does not miss keys that stay when each key it gives is removed") {
  FakeMap map("abcdefghij");
  map.meddle_ = [](int call, std::string& keys) {
    if (call > 1 && call % 2 == 0 && keys.size() > 5) keys.erase(0, 1);
  };
  const auto seen = map.run();
  for (const char staying : std::string("fghij")) CHECK(std::count(seen.begin(), seen.end(), staying) == 1);
}

TEST_CASE("a walk of a map whose first key is replaced again and again still reaches the rest") {
  FakeMap map("0abcdef");
  map.meddle_ = [](int call, std::string& keys) {
    if (call < 20) keys[0] = static_cast<char>('A' + call);
  };
  const auto seen = map.run();
  for (const char staying : std::string("abcdef")) CHECK(std::count(seen.begin(), seen.end(), staying) == 1);
}

TEST_CASE("a walk that cannot get on says so instead of going on for ever") {
  FakeMap map("ab");
  map.meddle_ = [](int call, std::string& keys) { keys = call == 1 || call % 2 == 0 ? "ba" : "ab"; };
  try {
    map.run();
    FAIL("no exception");
  } catch (const bccxx::SystemError& error) {
    CHECK(error.code().value() == EAGAIN);
  }
}
