// Real processes and real signals against every().
#include <bccxx/every.hpp>

#include <bccxx/support/unique_fd.hpp>

#include <fcntl.h>
#include <pthread.h>
#include <catch2/catch.hpp>

#include "child.hpp"

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>

namespace {

using namespace std::chrono_literals;
using bccxx::every;
using bccxx::FirstTick;
using every_test::Child;
using every_test::Parent;

// Says 't' for each turn and 'L' for the last one.
int say_turns(const Parent& parent, std::chrono::nanoseconds period) {
  for (const auto& tick : every(period, {.first = FirstTick::at_once})) parent.say(tick.last ? 'L' : 't');
  parent.say('.');
  return 0;
}

std::atomic<int> own_handler_calls = 0;
void own_handler(int) { ++own_handler_calls; }

bool own_handler_is_set() {
  struct sigaction now {};
  return sigaction(SIGINT, nullptr, &now) == 0 && now.sa_handler == own_handler;
}

void install_own_handler() {
  struct sigaction own {};
  own.sa_handler = own_handler;
  sigaction(SIGINT, &own, nullptr);
}

}  // namespace

TEST_CASE("Ctrl-C or SIGTERM brings one last turn, and the program goes on after the loop") {
  const int signal = GENERATE(SIGINT, SIGTERM);
  Child child([](const Parent& parent) { return say_turns(parent, 1h); });
  REQUIRE(child.hear() == 't');
  child.signal(signal);
  std::string said;
  CHECK(child.wait(&said) == "exit 0");
  CHECK(said == "L.");
}

TEST_CASE("a signal before the first tick brings one turn") {
  Child child([](const Parent& parent) {
    auto ticks = every(1h);
    parent.say('r');
    for (const auto& tick : ticks) parent.say(tick.last && tick.number == 1 ? 'L' : '?');
    return 0;
  });
  REQUIRE(child.hear() == 'r');
  child.signal(SIGINT);
  std::string said;
  CHECK(child.wait(&said) == "exit 0");
  CHECK(said == "L");
}

TEST_CASE("a second signal ends the process at once") {
  const int second = GENERATE(SIGINT, SIGTERM);
  Child child([](const Parent& parent) {
    for (const auto& tick : every(1h, {.first = FirstTick::at_once})) {
      parent.say(tick.last ? 'L' : 't');
      if (tick.last) return parent.listen() + 40;
    }
    return 1;
  });
  REQUIRE(child.hear() == 't');
  child.signal(SIGINT);
  REQUIRE(child.hear() == 'L');
  child.signal(second);
  CHECK(child.wait() == "signal " + std::to_string(second));
}

TEST_CASE("no signal is missed, whenever it comes") {
  for (int round = 0; round < 300; ++round) {
    Child child([](const Parent& parent) { return say_turns(parent, 20us); });
    for (int turn = 0; turn <= round % 7; ++turn) REQUIRE(child.hear() == 't');
    child.signal(SIGINT);
    std::string said;
    REQUIRE(child.wait(&said) == "exit 0");
    REQUIRE(said.substr(said.size() - 2) == "L.");
    REQUIRE(said.find_first_not_of('t') == said.size() - 2);
  }
}

TEST_CASE("the old handlers are back after the loop, however it ended") {
  const bool by_signal = GENERATE(true, false);
  Child child([by_signal](const Parent&) {
    install_own_handler();
    for (const auto& tick : every(1ms, 2)) {
      if (tick.number == 1 && own_handler_is_set()) return 1;
      if (by_signal && tick.number == 1) raise(SIGINT);
      if (own_handler_is_set() != by_signal) return 2;
    }
    if (own_handler_calls != 0) return 3;
    if (!own_handler_is_set()) return 4;
    raise(SIGINT);
    return own_handler_calls == 1 ? 0 : 5;
  });
  CHECK(child.wait() == "exit 0");
}

TEST_CASE("the second signal goes to the handler the program had") {
  Child child([](const Parent&) {
    install_own_handler();
    std::uint64_t turns = 0;
    for (const auto& tick : every(1h, {.first = FirstTick::at_once})) {
      turns = tick.number;
      raise(SIGINT);
    }
    return turns == 2 && own_handler_calls == 1 ? 0 : 1;
  });
  CHECK(child.wait() == "exit 0");
}

TEST_CASE("a handler installed inside the loop is left alone") {
  Child child([](const Parent&) {
    for (const auto& tick : every(1ms, 1)) {
      if (tick.last) install_own_handler();
    }
    return own_handler_is_set() ? 0 : 1;
  });
  CHECK(child.wait() == "exit 0");
}

TEST_CASE("an ignored signal stays ignored") {
  Child child([](const Parent& parent) {
    std::signal(SIGINT, SIG_IGN);
    for (const auto& tick : every(1ms, {.first = FirstTick::at_once})) {
      if (tick.number == 1) raise(SIGINT);
      if (tick.number == 3) parent.say('3');
      if (tick.last) return 0;
    }
    return 1;
  });
  REQUIRE(child.hear() == '3');
  child.signal(SIGTERM);
  CHECK(child.wait() == "exit 0");
}

TEST_CASE("the signal may arrive on any thread") {
  Child child([](const Parent& parent) {
    std::atomic<bool> done = false;
    std::thread other([&] {
      while (!done) std::this_thread::yield();
    });
    sigset_t interrupt;
    sigemptyset(&interrupt);
    sigaddset(&interrupt, SIGINT);
    pthread_sigmask(SIG_BLOCK, &interrupt, nullptr);
    const int result = say_turns(parent, 1h);
    done = true;
    other.join();
    return result;
  });
  REQUIRE(child.hear() == 't');
  child.signal(SIGINT);
  std::string said;
  CHECK(child.wait(&said) == "exit 0");
  CHECK(said == "L.");
}

TEST_CASE("system calls in the loop's body are not interrupted") {
  Child child([](const Parent& parent) {
    for (const auto& tick : every(1h, {.first = FirstTick::at_once})) {
      if (tick.last) return 0;
      parent.say('r');
      if (const int error = parent.listen(); error != 0) return error;
    }
    return 99;
  });
  REQUIRE(child.hear() == 'r');
  child.signal(SIGINT);
  child.say('x');
  CHECK(child.wait() == "exit 0");
}

TEST_CASE("ticks are counted and the count's turn is the last") {
  const FirstTick first = GENERATE(FirstTick::after_period, FirstTick::at_once);
  std::vector<std::pair<std::uint64_t, bool>> turns;
  const auto start = std::chrono::steady_clock::now();
  for (const auto& tick : every(2ms, {.count = 3, .first = first})) turns.emplace_back(tick.number, tick.last);
  CHECK(turns == std::vector<std::pair<std::uint64_t, bool>>{{1, false}, {2, false}, {3, true}});
  CHECK(std::chrono::steady_clock::now() - start >= (first == FirstTick::at_once ? 4ms : 6ms));
}

TEST_CASE("one tick at once needs no waiting") {
  std::uint64_t turns = 0;
  for (const auto& tick : every(24h, {.count = 1, .first = FirstTick::at_once})) turns += tick.last ? 1 : 100;
  CHECK(turns == 1);
}

TEST_CASE("a long turn skips ticks and says how many") {
  std::vector<std::uint64_t> skipped;
  for (const auto& tick : every(2ms, 2)) {
    skipped.push_back(tick.skipped);
    const auto end = std::chrono::steady_clock::now() + 12ms;
    while (tick.number == 1 && std::chrono::steady_clock::now() < end) std::this_thread::yield();
  }
  REQUIRE(skipped.size() == 2);
  CHECK(skipped[1] >= 4);
}

TEST_CASE("descriptors are served between ticks, and dropped when hung up") {
  int ends[2];
  REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
  const bccxx::UniqueFd reader(ends[0]);
  bccxx::UniqueFd writer(ends[1]);
  std::string heard;
  REQUIRE(write(writer.get(), "ab", 2) == 2);
  const auto on_readable = [&] {
    char c = 0;
    if (read(reader.get(), &c, 1) == 1) heard += c;
    if (heard.size() == 2) writer.reset();
  };
  std::uint64_t turns = 0;
  for (const auto& tick : every(1ms, {.count = 5, .watch = {{reader.get(), on_readable}}})) turns = tick.number;
  CHECK(turns == 5);
  CHECK(heard == "ab");
}

TEST_CASE("what a watch throws leaves the loop and restores the handlers") {
  int ends[2];
  REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
  const bccxx::UniqueFd reader(ends[0]);
  const bccxx::UniqueFd writer(ends[1]);
  REQUIRE(write(writer.get(), "a", 1) == 1);
  const auto run = [&] {
    for (const auto& tick : every(1h, {.watch = {{reader.get(), [] { throw std::runtime_error("watch"); }}}}))
      static_cast<void>(tick);
  };
  CHECK_THROWS_WITH(run(), "watch");
  CHECK_NOTHROW(every(1h));
}

TEST_CASE("every refuses a period that is not positive, and a second loop inside the first") {
  CHECK_THROWS_AS(every(0s), std::invalid_argument);
  CHECK_THROWS_AS(every(-1s), std::invalid_argument);
  const auto outer = every(1s);
  CHECK_THROWS_AS(every(1s), std::logic_error);
}
