// Goes by the device, which cannot become another one's while the file is held.

#include "symbols/served_files.hpp"

#include "support/file.hpp"
#include "symbols/line_splitter.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <optional>
#include <string>
#include <string_view>

namespace bccxx::symbols {
namespace {

bool exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

/// The type of the file system on `device`. Lines of mountinfo are "id parent major:minor root point options… - type
/// source options".
std::optional<std::string> type_of(const std::string& mountinfo, const std::string& device) {
  std::optional<std::string> found;
  LineSplitter lines(65536, [&](std::string_view line) {
    const auto type = line.find(" - ");
    const auto at = line.find(' ', line.find(' ') + 1);
    if (found || type == std::string_view::npos || at >= type || !line.substr(at + 1).starts_with(device + " ")) return;
    const auto rest = line.substr(type + 3);
    found = rest.substr(0, rest.find(' '));
  });
  lines.add(support::read_small_file(mountinfo).value_or(""));
  lines.finish();
  return found;
}

}  // namespace

bool is_served(int fd) {
  struct statx status {};
  // The server would be asked for what is not known, and need not answer. Who may not even ask is told so here.
  if (::statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_TYPE, &status) != 0) return true;
  const auto device = fmt::format("{}:{}", status.stx_dev_major, status.stx_dev_minor);
  if (exists("/sys/class/bdi/" + device + "-fuseblk")) return true;
  if (status.stx_dev_major != 0) return false;
  // Of what is on no disk, FUSE and NFS alone are listed by their device there.
  const bool has_list = exists("/sys/class/bdi");
  if (has_list && !exists("/sys/class/bdi/" + device)) return false;
  for (const auto* mountinfo : {"/proc/self/mountinfo", "/proc/1/mountinfo"})
    if (const auto type = type_of(mountinfo, device)) return type->starts_with("fuse");
  return has_list;
}

}  // namespace bccxx::symbols
