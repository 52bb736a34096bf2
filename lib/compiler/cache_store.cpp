// Reads through descriptors that were checked; writes beside, synchronises, renames.

#include "compiler/cache_store.hpp"

#include "compiler/cache_shelf.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <thread>
#include <utility>
#include <vector>

namespace bccxx::compiler {
namespace {

constexpr std::uint64_t max_entry_size = std::uint64_t{256} << 20U;

/// Empty when only the effective user can have written the file.
std::string distrust(const struct stat& info) {
  if (!S_ISREG(info.st_mode)) return "not a regular file";
  if (info.st_uid != ::geteuid()) return fmt::format("belongs to uid {}, not {}", info.st_uid, ::geteuid());
  if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0) return fmt::format("has mode {:04o}, not 0600", info.st_mode & 07777U);
  if (info.st_nlink != 1) return fmt::format("has {} names", info.st_nlink);
  if (static_cast<std::uint64_t>(info.st_size) > max_entry_size) return "too large";
  return {};
}

std::optional<std::vector<std::byte>> read_whole(int fd, std::size_t size) {
  std::vector<std::byte> bytes(size);
  std::size_t got = 0;
  while (got < size) {
    const auto n = ::read(fd, bytes.data() + got, size - got);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return std::nullopt;
    if (n == 0) break;
    got += static_cast<std::size_t>(n);
  }
  bytes.resize(got);
  return bytes;
}

/// 0, or the errno that stopped the writing.
int write_whole(int fd, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const auto n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno;
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
  return ::fsync(fd) == 0 ? 0 : errno;
}

/// Writing beyond RLIMIT_FSIZE would end the tracer by SIGXFSZ.
bool beyond_file_limit(std::size_t size) {
  rlimit limit{};
  return ::getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY && size > limit.rlim_cur;
}

struct NewFile {
  UniqueFd fd;
  std::string name;
};

/// A new file that is locked for as long as its maker lives.
NewFile make_new_file(int directory, const std::filesystem::path& path) {
  for (int attempt = 0; attempt < 10; ++attempt) {
    std::uint64_t random = 0;
    if (::getrandom(&random, sizeof random, 0) != sizeof random) refuse(path, errno);
    NewFile file;
    file.name = fmt::format("{}{:016x}", new_file_prefix, random);
    constexpr int flags = O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC;
    file.fd.reset(::openat(directory, file.name.c_str(), flags, 0600));
    if (!file.fd && errno == EEXIST) continue;
    if (!file.fd) refuse(path, errno);
    // Another's cleaning may have taken it for a dead process's before it was locked.
    struct stat info {};
    if (::flock(file.fd.get(), LOCK_EX | LOCK_NB) == 0 && ::fstat(file.fd.get(), &info) == 0 && info.st_nlink == 1) {
      return file;
    }
  }
  refuse(path, "cannot keep a new file");
}

}  // namespace

CacheStore::CacheStore(std::filesystem::path directory)
    : path_(std::move(directory)), directory_(open_trusted_directory(path_)) {}

std::optional<CacheEntry> CacheStore::load(const Digest& key) const {
  const auto name = to_hex(key);
  const UniqueFd fd(::openat(directory_.get(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!fd && errno == ENOENT) return std::nullopt;
  if (!fd && errno == ELOOP) refuse(path_ / name, "is a symbolic link");
  if (!fd) refuse(path_ / name, errno);
  struct stat info {};
  if (::fstat(fd.get(), &info) != 0) refuse(path_ / name, errno);
  if (const auto reason = distrust(info); !reason.empty()) refuse(path_ / name, reason);
  const auto bytes = read_whole(fd.get(), static_cast<std::size_t>(info.st_size));
  if (!bytes) refuse(path_ / name, errno);
  try {
    auto entry = decode_entry(key, *bytes);
    // The time of last use; where it cannot be set, the entry is only removed a little sooner.
    static_cast<void>(::futimens(fd.get(), nullptr));
    return entry;
  } catch (const std::runtime_error& error) {
    refuse(path_ / name, error.what());
  }
}

void CacheStore::save(const Digest& key, const CacheEntry& entry, std::uint64_t max_size) const {
  const auto bytes = encode_entry(key, entry);
  if (bytes.size() > std::min(max_size, max_entry_size)) {
    refuse(path_, fmt::format("{} bytes are more than the cache may hold", bytes.size()));
  }
  if (beyond_file_limit(bytes.size())) refuse(path_, EFBIG);
  const auto file = make_new_file(directory_.get(), path_);
  int code = write_whole(file.fd.get(), bytes);
  if (code == 0 && ::renameat(directory_.get(), file.name.c_str(), directory_.get(), to_hex(key).c_str()) != 0) {
    code = errno;
  }
  if (code != 0) {
    ::unlinkat(directory_.get(), file.name.c_str(), 0);
    refuse(path_, code);
  }
  tidy_shelf(directory_.get(), max_size);
}

KeyLock CacheStore::lock(const Digest& key, std::chrono::milliseconds patience) const {
  // One file for all keys, a byte of it for each: nothing to clean up, and the lock ends with its descriptor.
  constexpr int flags = O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
  UniqueFd fd(::openat(directory_.get(), lock_file_name, flags, 0600));
  if (!fd) return {};
  std::int64_t place = 0;
  std::memcpy(&place, key.data(), sizeof place);
  struct flock wanted {};
  wanted.l_type = F_WRLCK;
  wanted.l_whence = SEEK_SET;
  wanted.l_start = place & 0x3fffffffffffffff;
  wanted.l_len = 1;
  const auto end = std::chrono::steady_clock::now() + patience;
  auto pause = std::chrono::milliseconds(1);
  while (::fcntl(fd.get(), F_OFD_SETLK, &wanted) != 0) {
    if ((errno != EAGAIN && errno != EACCES && errno != EINTR) || std::chrono::steady_clock::now() >= end) return {};
    std::this_thread::sleep_for(pause);
    pause = std::min(pause * 2, std::chrono::milliseconds(16));
  }
  return KeyLock(std::move(fd));
}

}  // namespace bccxx::compiler
