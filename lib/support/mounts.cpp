// Asks statfs(2) for the type of a mount; nothing is kept, because mounts come and go.

#include "support/mounts.hpp"

#include "support/system_call.hpp"

#include <linux/magic.h>
#include <sys/vfs.h>

#include <array>
#include <cerrno>
#include <filesystem>

namespace bccxx::support {
namespace {

bool has_type(const char* path, unsigned long type) {
  struct statfs info = {};
  return ::statfs(path, &info) == 0 && static_cast<unsigned long>(info.f_type) == type;
}

}  // namespace

std::optional<std::string> find_tracefs() {
  static constexpr std::array<const char*, 2> places = {"/sys/kernel/tracing", "/sys/kernel/debug/tracing"};
  for (const char* place : places) {
    if (has_type(place, TRACEFS_MAGIC)) return place;
  }
  return std::nullopt;
}

std::string tracefs() {
  if (auto place = find_tracefs()) return *std::move(place);
  throw SystemError("find", "tracefs", error_code(ENOENT), "mount -t tracefs tracefs /sys/kernel/tracing");
}

bool on_bpffs(const std::string& path) {
  std::error_code ignored;
  std::filesystem::path at = std::filesystem::absolute(path, ignored);
  while (!std::filesystem::exists(at, ignored) && at.has_relative_path()) at = at.parent_path();
  return has_type(at.c_str(), BPF_FS_MAGIC);
}

}  // namespace bccxx::support
