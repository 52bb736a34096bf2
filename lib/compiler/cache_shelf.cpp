// Lists the directory by descriptor; whatever cannot be removed stays.

#include "compiler/cache_shelf.hpp"

#include "compiler/sha256.hpp"

#include <bccxx/support/unique_fd.hpp>

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace bccxx::compiler {
namespace {

struct Shelved {
  std::string name;
  timespec used;
  std::uint64_t size;
};

bool is_entry(std::string_view name) {
  return name.size() == 2 * sizeof(Digest) && name.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::vector<std::string> names_in(int directory) {
  UniqueFd again(::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!again) return {};
  const std::unique_ptr<DIR, int (*)(DIR*)> listing(::fdopendir(again.get()), ::closedir);
  if (!listing) return {};
  static_cast<void>(again.release());
  std::vector<std::string> names;
  while (const auto* item = ::readdir(listing.get())) names.emplace_back(item->d_name);
  return names;
}

void remove_if_abandoned(int directory, const std::string& name) {
  const UniqueFd fd(::openat(directory, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (fd && ::flock(fd.get(), LOCK_EX | LOCK_NB) == 0) ::unlinkat(directory, name.c_str(), 0);
}

}  // namespace

void tidy_shelf(int directory, std::uint64_t max_size) {
  std::vector<Shelved> entries;
  std::uint64_t total = 0;
  for (const auto& name : names_in(directory)) {
    if (name.starts_with(new_file_prefix)) remove_if_abandoned(directory, name);
    struct stat info {};
    if (!is_entry(name) || ::fstatat(directory, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) continue;
    entries.push_back({name, info.st_mtim, static_cast<std::uint64_t>(info.st_size)});
    total += entries.back().size;
  }
  std::ranges::sort(entries, [](const Shelved& a, const Shelved& b) {
    return std::pair(a.used.tv_sec, a.used.tv_nsec) < std::pair(b.used.tv_sec, b.used.tv_nsec);
  });
  for (const auto& entry : entries) {
    if (total <= max_size) return;
    if (::unlinkat(directory, entry.name.c_str(), 0) == 0) total -= entry.size;
  }
}

}  // namespace bccxx::compiler
