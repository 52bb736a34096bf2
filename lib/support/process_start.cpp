// The command name in /proc/PID/stat may hold anything, so fields are counted from its last parenthesis.

#include "support/process_start.hpp"

#include "support/file.hpp"

#include <charconv>
#include <string>

namespace bccxx::support {

std::optional<std::uint64_t> process_start(pid_t pid) {
  const auto stat = read_small_file("/proc/" + std::to_string(pid) + "/stat");
  if (!stat) return std::nullopt;
  auto at = stat->rfind(')');
  constexpr int fields_after_name = 20;  // state is field 3, starttime field 22
  for (int i = 0; i < fields_after_name && at != std::string::npos; ++i) at = stat->find(' ', at + 1);
  if (at == std::string::npos) return std::nullopt;
  std::uint64_t ticks = 0;
  const auto parsed = std::from_chars(stat->data() + at + 1, stat->data() + stat->size(), ticks);
  return parsed.ec == std::errc() ? std::optional(ticks) : std::nullopt;
}

}  // namespace bccxx::support
