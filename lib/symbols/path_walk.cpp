// The kernel would follow a path as a whole, and ask each file system on the way before we can say no.

#include "symbols/path_walk.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdint>
#include <set>
#include <utility>
#include <vector>

namespace bccxx::symbols {
namespace {

/// As many as the kernel follows.
constexpr int most_links = 40;

class PathWalk {
 public:
  PathWalk(int root_fd, LastLink last, ServedFiles served) : root_fd_(root_fd), last_(last), served_(served) {}

  Walked run(std::string path) {
    rest_ = std::move(path);
    std::string part;
    while (take(part)) {
      if (part == "..") {
        if (!way_.empty()) way_.pop_back();
      } else if (part != "." && !enter(part)) {
        return {{}, reason_};
      }
    }
    if (way_.empty()) return {{}, Unresolved::not_a_regular_file};
    return {std::move(way_.back()), Unresolved::none};
  }

 private:
  [[nodiscard]] int here() const { return way_.empty() ? root_fd_ : way_.back().get(); }

  bool take(std::string& part) {
    rest_.erase(0, rest_.find_first_not_of('/'));
    const auto end = std::min(rest_.find('/'), rest_.size());
    part = rest_.substr(0, end);
    rest_.erase(0, end);
    return !part.empty();
  }

  bool fail(Unresolved reason) {
    reason_ = reason;
    return false;
  }
  bool fail_as_errno_says() {
    return fail(errno == EACCES || errno == EPERM ? Unresolved::not_permitted : Unresolved::file_gone);
  }

  bool enter(const std::string& part) {
    if (!may_ask(here())) return fail(Unresolved::fuse_file);
    UniqueFd fd(::openat(here(), part.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
    if (!fd) return fail_as_errno_says();
    struct statx status {};
    if (!may_ask(fd.get()) || ::statx(fd.get(), "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_TYPE, &status) != 0)
      return fail(Unresolved::fuse_file);
    const bool is_last = rest_.find_first_not_of('/') == std::string::npos;
    if (S_ISLNK(status.stx_mode) && !(is_last && last_ == LastLink::refuse)) return follow(fd.get());
    way_.push_back(std::move(fd));
    return true;
  }

  bool follow(int link) {
    if (++links_ > most_links) return fail(Unresolved::file_gone);
    std::array<char, PATH_MAX> target{};
    const auto size = ::readlinkat(link, "", target.data(), target.size());
    if (size <= 0) return fail_as_errno_says();
    if (target.front() == '/') way_.clear();
    rest_.insert(0, std::string(target.data(), static_cast<std::size_t>(size)) + "/");
    return true;
  }

  bool may_ask(int fd) {
    if (served_ == ServedFiles::open) return true;
    struct statx status {};
    if (::statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_TYPE, &status) != 0) return false;
    const std::pair device(status.stx_dev_major, status.stx_dev_minor);
    if (devices_.contains(device)) return true;
    if (is_served(fd)) return false;
    devices_.insert(device);
    return true;
  }

  int root_fd_;
  LastLink last_;
  ServedFiles served_;
  std::string rest_;
  /// The directories on the way, the last one being where it has come to.
  std::vector<UniqueFd> way_;
  /// Devices that may be asked.
  std::set<std::pair<std::uint32_t, std::uint32_t>> devices_;
  int links_ = 0;
  Unresolved reason_ = Unresolved::none;
};

}  // namespace

Walked walk_in_root(int root_fd, const std::string& path, LastLink last, ServedFiles served) {
  return PathWalk(root_fd, last, served).run(path);
}

}  // namespace bccxx::symbols
