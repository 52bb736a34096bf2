// Walks down from the root with openat, never through a name that has not been looked at.

#include "compiler/trusted_directory.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <array>
#include <cerrno>
#include <climits>
#include <deque>
#include <string>

namespace bccxx::compiler {
namespace {

namespace fs = std::filesystem;

struct stat status_of(int fd, const fs::path& path) {
  struct stat info {};
  if (::fstat(fd, &info) != 0) refuse(path, errno);
  return info;
}

bool ours_or_roots(const struct stat& info) { return info.st_uid == 0 || info.st_uid == ::geteuid(); }

void check_parent(const struct stat& info, const fs::path& path) {
  if (!ours_or_roots(info)) refuse(path, fmt::format("belongs to uid {}", info.st_uid));
  const bool shared = (info.st_mode & (S_IWGRP | S_IWOTH)) != 0;
  if (shared && !((info.st_mode & S_ISVTX) != 0 && info.st_uid == 0)) refuse(path, "others can write to it");
}

void check_last(const struct stat& info, const fs::path& path) {
  if (info.st_uid != ::geteuid()) refuse(path, fmt::format("belongs to uid {}, not {}", info.st_uid, ::geteuid()));
  if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    refuse(path, fmt::format("has mode {:04o}, not 0700", info.st_mode & 07777U));
  }
}

class Walk {
 public:
  explicit Walk(const fs::path& path) {
    if (!path.is_absolute()) refuse(path, "not an absolute path");
    push(path);
    restart();
  }

  UniqueFd run() {
    while (!rest_.empty()) step();
    const UniqueFd last = std::move(at_);
    check_last(status_of(last.get(), path_), path_);
    // O_PATH descriptors cannot be listed or synchronised; "." of one that was checked is the same directory.
    UniqueFd usable(::openat(last.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!usable) refuse(path_, errno);
    return usable;
  }

 private:
  void push(const fs::path& path) {
    auto place = rest_.begin();
    for (const auto& part : path.relative_path()) {
      if (!part.empty() && part != ".") place = std::next(rest_.insert(place, part));
    }
  }

  void restart() {
    path_ = "/";
    at_.reset(::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!at_) refuse(path_, errno);
  }

  void step() {
    check_parent(status_of(at_.get(), path_), path_);
    const auto name = rest_.front();
    rest_.pop_front();
    const auto next_path = name == ".." ? path_.parent_path() : path_ / name;
    UniqueFd next(::openat(at_.get(), name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
    if (!next && errno == ENOENT) {
      if (::mkdirat(at_.get(), name.c_str(), 0700) != 0 && errno != EEXIST) refuse(next_path, errno);
      next.reset(::openat(at_.get(), name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
    }
    if (!next) refuse(next_path, errno);
    const auto info = status_of(next.get(), next_path);
    if (S_ISLNK(info.st_mode)) return follow(next.get(), info, next_path);
    if (!S_ISDIR(info.st_mode)) refuse(next_path, ENOTDIR);
    at_ = std::move(next);
    path_ = next_path;
  }

  void follow(int link, const struct stat& info, const fs::path& link_path) {
    if (rest_.empty()) refuse(link_path, "is a symbolic link");
    if (!ours_or_roots(info)) refuse(link_path, fmt::format("is a symbolic link of uid {}", info.st_uid));
    if (++links_ > 40) refuse(link_path, ELOOP);
    std::array<char, PATH_MAX> target{};
    const auto size = ::readlinkat(link, "", target.data(), target.size());
    if (size <= 0 || size == PATH_MAX) refuse(link_path, "cannot read the symbolic link");
    const fs::path to(std::string(target.data(), static_cast<std::size_t>(size)));
    push(to);
    if (to.is_absolute()) restart();
  }

  std::deque<fs::path> rest_;
  UniqueFd at_;
  fs::path path_;
  int links_ = 0;
};

}  // namespace

UniqueFd open_trusted_directory(const fs::path& path) { return Walk(path).run(); }

}  // namespace bccxx::compiler
