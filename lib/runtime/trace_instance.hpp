#pragma once
// A tracefs instance that goes with the process that made it, however that ends.

#include "runtime/guardian.hpp"

#include <string>

namespace bccxx::runtime {

/// An instance of one's own under tracefs/instances. Also removes those whose process and guardian were both killed.
class TraceInstance {
 public:
  /// Throws: SystemError when tracefs refuses or no guardian can be made
  explicit TraceInstance(const std::string& tracefs);

  /// Its folder.
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  std::string path_;
  Guardian guardian_;
};

}  // namespace bccxx::runtime
