// A lock on the directory itself says that its owner lives.

#include "compiler_worker/private_directory.hpp"

#include "support/system_call.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>
#include <system_error>

namespace bccxx::worker {
namespace {

constexpr const char* name_prefix = "bccxx-cc-";

std::filesystem::path base_directory() {
  const char* chosen = std::getenv("TMPDIR");
  return chosen != nullptr && chosen[0] == '/' ? chosen : "/tmp";
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
  const auto base = base_directory();
  remove_abandoned(base);
  // Between mkdtemp and the lock another process may take the directory for abandoned; then make another.
  int code = 0;
  for (int attempt = 0; attempt < 10; ++attempt) {
    auto name = (base / (std::string(name_prefix) + "XXXXXX")).string();
    if (::mkdtemp(name.data()) == nullptr) support::fail(errno, "make directory", base.string());
    code = lock(name);
    if (code == 0) return;
    ::rmdir(name.c_str());
  }
  support::fail(code, "lock", "directory below " + base.string());
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
