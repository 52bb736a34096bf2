#pragma once
// Doing without privileges for a while.

#include <linux/capability.h>

#include <array>
#include <initializer_list>

namespace bccxx::testing {

/// Takes capabilities (CAP_…) out of the effective set of this thread until it goes.
class WithoutCapabilities {
 public:
  explicit WithoutCapabilities(std::initializer_list<int> capabilities);
  ~WithoutCapabilities();
  WithoutCapabilities(const WithoutCapabilities&) = delete;
  WithoutCapabilities& operator=(const WithoutCapabilities&) = delete;

 private:
  std::array<__user_cap_data_struct, 2> before_{};
};

}  // namespace bccxx::testing
