// A function is what has a brace after a bracket; one too many does no harm.

#include "compiler_worker/type_carrier.hpp"

#include "compiler_worker/bare_code.hpp"

#include <fmt/format.h>

namespace bccxx::worker {

std::string type_carrier(const std::string& text) {
  const auto code = bare_code(text);
  for (auto at = code.find(')'); at != std::string::npos; at = code.find(')', at + 1)) {
    const auto next = skip_blank(code, at + 1);
    if (next < code.size() && code[next] == '{') return {};
  }
  return fmt::format("int {}(void *context) {{ return 0; }}\n", type_carrier_name);
}

}  // namespace bccxx::worker
