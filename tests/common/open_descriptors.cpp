// Every test case must leave as many open descriptors as it found.

#define CATCH_CONFIG_EXTERNAL_INTERFACES
#include <catch2/catch.hpp>

#include <bccxx/support/cpus.hpp>

#include <filesystem>
#include <iterator>

namespace {

std::ptrdiff_t open_descriptors() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), std::filesystem::directory_iterator());
}

class OpenDescriptors : public Catch::TestEventListenerBase {
 public:
  using TestEventListenerBase::TestEventListenerBase;

  void testCaseStarting(const Catch::TestCaseInfo& /*info*/) override {
    static_cast<void>(bccxx::possible_cpus());
    before_ = open_descriptors();
  }
  // Runs after the case's own objects have gone, while a failed check still counts.
  void sectionEnded(const Catch::SectionStats& stats) override {
    if (--depth_ > 0 || stats.assertions.failed != 0) return;
    CHECK(open_descriptors() == before_);
  }
  void sectionStarting(const Catch::SectionInfo& /*info*/) override { ++depth_; }

 private:
  std::ptrdiff_t before_ = 0;
  int depth_ = 0;
};

CATCH_REGISTER_LISTENER(OpenDescriptors)

}  // namespace
