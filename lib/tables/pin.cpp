// Making, opening and removing pins.

#include "tables/pin.hpp"

#include "support/mounts.hpp"
#include "support/system_call.hpp"
#include "tables/descriptor.hpp"
#include "tables/map_types.hpp"

#include <bpf/bpf.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

namespace bccxx {
namespace detail {

void check_pin_place(const std::string& path) {
  if (support::on_bpffs(path)) return;
  throw SystemError("pin", path, support::error_code(ENOTSUP),
                    "not on a BPF file system; mount -t bpf bpf /sys/fs/bpf");
}

MapPtr open_pin(const std::string& path, const std::string& name) { return open_pin(path, name, {}); }

MapPtr open_pin(const std::string& path, const std::string& name, const DeclaredTypes& declared) {
  const int fd = bpf_obj_get(path.c_str());
  if (fd == -ENOENT) return nullptr;
  UniqueFd pinned(support::check_libbpf(fd, "open the pin", path));
  require_map(pinned.get(), path);
  return std::make_shared<const Map>(std::move(pinned), name, declared);
}

int NewPins::make_directories(const std::string& path) {
  const auto parent = std::filesystem::absolute(path).parent_path();
  std::filesystem::path at;
  for (const auto& part : parent) {
    at /= part;
    if (::mkdir(at.c_str(), 0700) == 0) {
      made_.push_back(at);
    } else if (errno == ENOENT) {
      return -ENOENT;
    } else if (errno != EEXIST) {
      support::fail(errno, "make the directory", at);
    }
  }
  return 0;
}

bool NewPins::add(const Map& map, const std::string& path) {
  // A directory may go again between its making and the pin: another owner that made it has not kept its own pins.
  int result = -ENOENT;
  for (int attempt = 0; result == -ENOENT && attempt < 100; ++attempt) {
    result = make_directories(path);
    if (result == 0) result = bpf_obj_pin(map.fd(), path.c_str());
  }
  if (result == -EEXIST) return false;
  support::check_libbpf(result, "pin map " + map.name() + " at", path);
  made_.push_back(path);
  return true;
}

bool NewPins::made(const std::string& path) const { return std::find(made_.begin(), made_.end(), path) != made_.end(); }

NewPins::~NewPins() {
  // Last made first, so that directories are empty when their turn comes.
  for (auto path = made_.rbegin(); path != made_.rend(); ++path) {
    if (::unlink(path->c_str()) != 0) ::rmdir(path->c_str());
  }
}

}  // namespace detail

void Map::pin(const std::string& path) const {
  detail::check_pin_place(path);
  detail::NewPins pins;
  if (!pins.add(*this, path)) support::fail(EEXIST, "pin map " + name() + " at", path);
  pins.keep();
}

bool Map::unpin(const std::string& path) const {
  const int fd = bpf_obj_get(path.c_str());
  if (fd == -ENOENT) return false;
  const UniqueFd pinned(support::check_libbpf(fd, "open the pin", path));
  bpf_map_info other{};
  std::uint32_t length = sizeof other;
  // A program may have the number of a map.
  const bool same = detail::what_is(pinned.get()) == detail::a_map &&
                    bpf_obj_get_info_by_fd(pinned.get(), &other, &length) == 0 && other.id == info_.id;
  if (!same) {
    throw SystemError("unpin map " + name() + " from", path, support::error_code(EBUSY),
                      "another object is pinned there");
  }
  support::check(::unlink(path.c_str()), "unpin map " + name() + " from", path);
  return true;
}

}  // namespace bccxx
