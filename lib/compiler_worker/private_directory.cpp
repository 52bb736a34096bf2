// A lock on the directory itself says that its owner lives.

#include "compiler_worker/private_directory.hpp"

#include "support/system_call.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <system_error>
#include <vector>

namespace bccxx::worker {
namespace {

constexpr const char* name_prefix = "bccxx-cc-";

std::vector<std::filesystem::path> base_directories() {
  std::vector<std::filesystem::path> places = {"/tmp", "/dev/shm", "/run"};
  const char* chosen = std::getenv("TMPDIR");
  if (chosen != nullptr && chosen[0] == '/') places.insert(places.begin(), chosen);
  return places;
}

bool has_room(const std::filesystem::path& place) {
  constexpr std::uint64_t enough = std::uint64_t{1} << 20U;
  struct statvfs facts {};
  // A file system of no size does not count its blocks.
  return ::statvfs(place.c_str(), &facts) != 0 || facts.f_blocks == 0 || facts.f_bavail * facts.f_frsize >= enough;
}

UniqueFd open_own(const std::filesystem::path& directory) {
  UniqueFd opened(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  struct stat facts {};
  if (!opened || ::fstat(opened.get(), &facts) != 0) return UniqueFd();
  if (facts.st_uid == ::geteuid()) return opened;
  errno = EPERM;
  return UniqueFd();
}

void remove_abandoned(const std::filesystem::path& base) {
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(base, ignored)) {
    if (entry.path().filename().string().rfind(name_prefix, 0) != 0) continue;
    const auto opened = open_own(entry.path());
    if (!opened || ::flock(opened.get(), LOCK_EX | LOCK_NB) != 0) continue;
    std::filesystem::remove_all(entry.path(), ignored);
  }
}

}  // namespace

PrivateDirectory::PrivateDirectory() {
  const auto places = base_directories();
  int code = 0;
  for (const auto& place : places) {
    // First of all, since it may be they that fill the place.
    remove_abandoned(place);
    const int failed = has_room(place) ? make_below(place) : ENOSPC;
    if (failed == 0) return;
    if (code == 0) code = failed;
  }
  support::fail(code, "make directory", "below " + places.front().string());
}

int PrivateDirectory::make_below(const std::filesystem::path& base) {
  // Between mkdtemp and the lock another process may take the directory for abandoned; then make another.
  int code = 0;
  for (int attempt = 0; attempt < 10; ++attempt) {
    auto name = (base / (std::string(name_prefix) + "XXXXXX")).string();
    if (::mkdtemp(name.data()) == nullptr) return errno;
    code = lock(name);
    if (code == 0) return 0;
    ::rmdir(name.c_str());
  }
  return code;
}

int PrivateDirectory::lock(const std::string& name) {
  struct stat facts {};
  lock_ = open_own(name);
  if (!lock_ || ::flock(lock_.get(), LOCK_EX | LOCK_NB) != 0 || ::stat(name.c_str(), &facts) != 0) return errno;
  path_ = name;
  return 0;
}

PrivateDirectory::~PrivateDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace bccxx::worker
