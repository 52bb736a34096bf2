// PREFIX/libexec/bccxx/bccxx-cc, seen from PREFIX/bin, PREFIX/lib or PREFIX/lib/ARCH; then the configured prefix and
// what the program was built with.

#include "compiler/worker_path.hpp"

#include <bccxx/support/error.hpp>

#include <fmt/format.h>

#include <dlfcn.h>
#include <link.h>
#include <sys/stat.h>
#include <unistd.h>
#include <string>
#include <vector>

namespace bccxx::compiler {
namespace {

namespace fs = std::filesystem;

/// The shared library this code is in, or the program when it is linked in statically.
fs::path own_module() {
  Dl_info info{};
  void* extra = nullptr;
  const int found = ::dladdr1(reinterpret_cast<void*>(&own_module), &info, &extra, RTLD_DL_LINKMAP);
  // A program's own entry has no name; what dladdr makes up for it is argv[0], which anyone can choose.
  const auto* map = static_cast<const link_map*>(extra);
  const bool library = found != 0 && map != nullptr && map->l_name != nullptr && map->l_name[0] != '\0';
  std::error_code gone;
  auto path = library ? fs::canonical(map->l_name, gone) : fs::read_symlink("/proc/self/exe", gone);
  return gone ? fs::path() : path;
}

}  // namespace

std::string distrust(const fs::path& path, const fs::path& module) {
  struct stat own {};
  const bool known = ::stat(module.c_str(), &own) == 0;
  for (const auto& part : {path, path.parent_path(), path.parent_path().parent_path()}) {
    struct stat info {};
    if (::stat(part.c_str(), &info) != 0) return "not there";
    const bool trusted = info.st_uid == 0 || info.st_uid == ::geteuid() || (known && info.st_uid == own.st_uid);
    if (!trusted) return fmt::format("{} belongs to uid {}", part.native(), info.st_uid);
    if ((info.st_mode & (S_IWGRP | S_IWOTH)) != 0) return fmt::format("others can write to {}", part.native());
  }
  return ::access(path.c_str(), X_OK) == 0 ? std::string() : "not executable";
}

fs::path find_worker(const Worker& worker) {
  if (!worker.path.empty()) return fs::absolute(worker.path);
  const auto module = own_module();
  const fs::path tail = "libexec/bccxx/bccxx-cc";
  std::vector<fs::path> places;
  if (const auto folder = module.parent_path(); folder.is_absolute()) {
    places = {folder.parent_path() / tail, folder.parent_path().parent_path() / tail};
  }
  places.push_back(fs::path(BCCXX_LIBEXEC_DIR) / "bccxx/bccxx-cc");
  if (worker.packaged.is_absolute()) places.push_back(worker.packaged);
  std::string tried;
  for (const auto& place : places) {
    const auto reason = distrust(place, module);
    if (reason.empty()) return place;
    tried += fmt::format("{}: {}\n", place.native(), reason);
  }
  throw WorkerError(WorkerError::Reason::not_found, "bccxx-cc", 0, tried);
}

}  // namespace bccxx::compiler
