// The setting, then BCCXX_CACHE_DIR, then /var/cache for root, then the user's own cache directory.

#include "compiler/cache_place.hpp"

#include <pwd.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>
#include <array>
#include <cstdlib>
#include <string>
#include <vector>

namespace bccxx::compiler {
namespace {

namespace fs = std::filesystem;

/// Does the process have rights that the user who started it may lack?
bool privileges_differ() {
  return ::getauxval(AT_SECURE) != 0 || ::geteuid() != ::getuid() || ::getegid() != ::getgid();
}

fs::path from_environment(const char* name) {
  const char* value = ::secure_getenv(name);
  return value == nullptr ? fs::path() : fs::path(value);
}

bool is_own(const fs::path& path) {
  struct stat info {};
  return path.is_absolute() && ::stat(path.c_str(), &info) == 0 && info.st_uid == ::geteuid();
}

fs::path home_of_account() {
  std::array<char, 16384> buffer{};
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(::geteuid(), &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr) return {};
  return found->pw_dir;
}

fs::path users_cache(bool privileged) {
  if (!privileged) {
    if (auto directory = from_environment("XDG_CACHE_HOME"); directory.is_absolute()) return directory;
    if (const auto home = from_environment("HOME"); is_own(home)) return home / ".cache";
  }
  const auto home = home_of_account();
  return home.is_absolute() ? home / ".cache" : fs::path();
}

}  // namespace

fs::path cache_place(const Cache& cache) {
  const bool privileged = privileges_differ();
  // With file capabilities, or a foreign group, the files of the cache are the user's own to write.
  if (privileged && ::geteuid() == ::getuid() && ::geteuid() != 0) {
    throw CacheTrouble("this program has privileges that its user lacks");
  }
  if (!cache.directory.empty()) return fs::absolute(cache.directory);
  if (!privileged) {
    if (auto directory = from_environment("BCCXX_CACHE_DIR"); !directory.empty()) return directory;
  }
  if (::geteuid() == 0) return "/var/cache/bccxx";
  const auto directory = users_cache(privileged);
  if (directory.empty()) throw CacheTrouble("the user has no home directory");
  return directory / "bccxx";
}

}  // namespace bccxx::compiler
