// stat(2) first, since a tracer's start waits for it; build ids spare reading a hundred megabytes of LLVM.

#include "compiler/file_identity.hpp"

#include "support/build_id_note.hpp"

#include <bccxx/support/unique_fd.hpp>

#include <elf.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

namespace bccxx::compiler {
namespace {

constexpr std::int64_t second = 1'000'000'000;

std::int64_t nanoseconds(const timespec& time) { return std::int64_t{time.tv_sec} * second + time.tv_nsec; }

FileIdentity outside(const std::string& path, const struct stat& info) {
  return {path,
          info.st_dev,
          info.st_ino,
          static_cast<std::uint64_t>(info.st_size),
          nanoseconds(info.st_mtim),
          nanoseconds(info.st_ctim),
          {}};
}

bool read_at(int fd, void* to, std::size_t size, std::uint64_t offset) {
  return ::pread(fd, to, size, static_cast<off_t>(offset)) == static_cast<ssize_t>(size);
}

std::optional<std::string> build_id(int fd) {
  constexpr std::size_t largest_notes = 65536;
  Elf64_Ehdr header{};
  if (!read_at(fd, &header, sizeof header, 0)) return std::nullopt;
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_ident[EI_CLASS] != ELFCLASS64 ||
      header.e_phentsize != sizeof(Elf64_Phdr)) {
    return std::nullopt;
  }
  std::vector<Elf64_Phdr> segments(header.e_phnum);
  if (!read_at(fd, segments.data(), segments.size() * sizeof(Elf64_Phdr), header.e_phoff)) return std::nullopt;
  for (const auto& segment : segments) {
    if (segment.p_type != PT_NOTE || segment.p_filesz > largest_notes) continue;
    std::vector<std::byte> notes(segment.p_filesz);
    if (!read_at(fd, notes.data(), notes.size(), segment.p_offset)) continue;
    if (const auto id = support::find_build_id(notes); !id.empty())
      return std::string(reinterpret_cast<const char*>(id.data()), id.size());
  }
  return std::nullopt;
}

std::optional<Digest> content_of(int fd) {
  Sha256 hash;
  if (const auto id = build_id(fd)) return hash.field("build id", *id).digest();
  std::vector<std::byte> block(65536);
  for (;;) {
    const auto n = ::read(fd, block.data(), block.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return std::nullopt;
    if (n == 0) return hash.digest();
    hash.add(std::span(block).first(static_cast<std::size_t>(n)));
  }
}

}  // namespace

std::optional<FileIdentity> identify(const std::string& path) {
  // A FIFO must not block us.
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  struct stat info {};
  if (!fd || ::fstat(fd.get(), &info) != 0 || !S_ISREG(info.st_mode)) return std::nullopt;
  auto identity = outside(path, info);
  const auto content = content_of(fd.get());
  if (!content) return std::nullopt;
  identity.content = *content;
  return identity;
}

bool unchanged(const FileIdentity& identity, std::int64_t recorded) {
  struct stat info {};
  if (::stat(identity.path.c_str(), &info) != 0) return false;
  auto now = outside(identity.path, info);
  // Files of the kernel's own file systems have no size, and clocks tick too coarsely to tell apart two changes of
  // the moment.
  const bool telling = now.size != 0 && identity.changed < recorded - second;
  const bool same = now.device == identity.device && now.inode == identity.inode && now.size == identity.size &&
                    now.modified == identity.modified && now.changed == identity.changed;
  if (telling && same) return true;
  const auto again = identify(identity.path);
  return again && again->content == identity.content;
}

}  // namespace bccxx::compiler
