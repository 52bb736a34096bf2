// Tries every feature that is asked for.

#include "common/required_features.hpp"

#include <bccxx/runtime/features.hpp>

#include <cstdlib>
#include <iostream>
#include <sstream>
#include <string>

namespace bccxx::testing {
namespace {

/// Many cases take a feature's answer for what the kernel can do; where it is known, a wrong "no" must fail.
///
/// `names` are features as to_string() names them, with commas between.
bool kernel_has(const std::string& names) {
  bool all = true;
  std::istringstream list(names);
  for (std::string name; std::getline(list, name, ',');) {
    bool known = false;
    for (int i = 0; i <= static_cast<int>(Feature::batch_operations); ++i) {
      const auto feature = static_cast<Feature>(i);
      if (name != to_string(feature)) continue;
      known = true;
      const auto state = probe_feature(feature);
      if (state.available) continue;
      all = false;
      std::cerr << "this kernel has " << name << ", but its feature says: " << state.reason << '\n';
    }
    if (!known) std::cerr << "there is no feature called " << name << '\n';
    all = all && known;
  }
  return all;
}

}  // namespace

bool required_features_found() {
  const char* required = std::getenv("BCCXX_REQUIRED_FEATURES");
  return required == nullptr || kernel_has(required);
}

}  // namespace bccxx::testing
