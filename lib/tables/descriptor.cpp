// The kernel names its anonymous inodes, which is the one thing that tells its objects apart for certain.

#include "tables/descriptor.hpp"

#include "support/system_call.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>

namespace bccxx::detail {

std::string what_is(int fd) {
  const auto link = fmt::format("/proc/self/fd/{}", fd);
  std::array<char, 256> target{};
  const auto length = ::readlink(link.c_str(), target.data(), target.size());
  if (length < 0) support::fail(errno == ENOENT ? EBADF : errno, "look at descriptor", std::to_string(fd));
  const std::string_view text(target.data(), static_cast<std::size_t>(length));
  if (text == "anon_inode:bpf-map") return a_map;
  if (text == "anon_inode:bpf-prog") return "program";
  if (text == "anon_inode:bpf_link") return "link";
  if (text == "anon_inode:btf") return "BTF";
  return std::string(text);
}

void require_map(int fd, const std::string& name) {
  if (const auto what = what_is(fd); what != a_map) throw TypeMismatch(name, "kind", a_map, what);
}

}  // namespace bccxx::detail
