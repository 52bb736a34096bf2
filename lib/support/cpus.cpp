// CPU lists as the kernel prints them, such as "0-3,8".

#include <bccxx/support/cpus.hpp>

#include "support/file.hpp"
#include "support/system_call.hpp"

#include <cerrno>
#include <charconv>
#include <string>

namespace bccxx {
namespace {

std::vector<int> parse_cpu_list(const std::string& path) {
  const auto text = support::read_file(path);
  std::vector<int> ids;
  const char* at = text.data();
  const char* end = text.data() + text.size();
  while (at != end && *at != '\n') {
    int first = 0;
    auto parsed = std::from_chars(at, end, first);
    if (parsed.ec != std::errc()) support::fail(EINVAL, "read CPU list", path);
    int last = first;
    if (parsed.ptr != end && *parsed.ptr == '-') {
      parsed = std::from_chars(parsed.ptr + 1, end, last);
      if (parsed.ec != std::errc()) support::fail(EINVAL, "read CPU list", path);
    }
    for (int id = first; id <= last; ++id) ids.push_back(id);
    at = parsed.ptr != end && *parsed.ptr == ',' ? parsed.ptr + 1 : parsed.ptr;
    if (at == parsed.ptr) break;
  }
  if (ids.empty()) support::fail(ENODATA, "read CPU list", path);
  return ids;
}

}  // namespace

std::size_t possible_cpus() {
  // Fixed at boot, so read once.
  static const auto count = static_cast<std::size_t>(parse_cpu_list("/sys/devices/system/cpu/possible").back()) + 1;
  return count;
}

std::vector<int> online_cpus() { return parse_cpu_list("/sys/devices/system/cpu/online"); }

}  // namespace bccxx
