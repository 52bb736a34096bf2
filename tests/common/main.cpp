// Catch2's own main, and the exit status of runs that skipped all there was.
#define CATCH_CONFIG_RUNNER
#define CATCH_CONFIG_EXTERNAL_INTERFACES
#include <catch2/catch.hpp>

#include "common/required_features.hpp"
#include "common/skip.hpp"

#include <cstddef>
#include <iostream>

namespace {

constexpr int skip_status = 77;

std::size_t skipped = 0;
std::size_t cases = 0;

class Count : public Catch::TestEventListenerBase {
 public:
  using TestEventListenerBase::TestEventListenerBase;
  void testRunEnded(const Catch::TestRunStats& stats) override { cases = stats.totals.testCases.total(); }
};

CATCH_REGISTER_LISTENER(Count)

}  // namespace

void bccxx::test::skip(const std::string& reason) {
  ++skipped;
  std::cerr << "skipped: " << Catch::getResultCapture().getCurrentTestName() << ": " << reason << '\n';
}

int main(int argc, char** argv) {
  if (!bccxx::testing::required_features_found()) return 1;
  const int status = Catch::Session().run(argc, argv);
  return status == 0 && skipped != 0 && skipped == cases ? skip_status : status;
}
