#pragma once
// The name of a function of the kernel, which may say its module: "vfs_read" or "overlay:ovl_open".

#include <string>
#include <string_view>
#include <vector>

namespace bccxx::runtime {

struct FunctionName {
  std::string_view module;  ///< empty: anywhere
  std::string_view name;
};

/// The parts are of `text` and live as long.
inline FunctionName parse_function_name(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return {{}, text};
  return {text.substr(0, colon), text.substr(colon + 1)};
}

/// Where kallsyms has functions of a name: one entry for each, its module, or nothing for the kernel proper.
///
/// Throws: SystemError when kallsyms cannot be read
[[nodiscard]] std::vector<std::string> places_of_function(std::string_view name);

}  // namespace bccxx::runtime
