#pragma once
// The maps that a text declares by bcc's macros.

#include "compiler_worker/bare_code.hpp"

#include <set>
#include <string>

namespace bccxx::worker {

class MapDeclarations {
 public:
  /// Adds those of a text.
  void note(const std::string& text);

  [[nodiscard]] const std::set<std::string>& names() const { return names_; }
  /// Whether libbcc's increment makes no new keys in that map.
  [[nodiscard]] bool is_incomplete(const std::string& name) const { return incomplete_.count(name) != 0; }

 private:
  std::set<std::string> names_;
  std::set<std::string> incomplete_;
};

}  // namespace bccxx::worker
