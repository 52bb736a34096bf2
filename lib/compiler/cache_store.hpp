#pragma once
// The cache's directory: one file for each key, exchanged whole, locked while it is being made, bounded in size.

#include "compiler/cache_entry.hpp"
#include "compiler/trusted_directory.hpp"

#include <bccxx/support/export.hpp>
#include <bccxx/support/unique_fd.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace bccxx::compiler {

/// Held while one process or thread compiles the text of a key, so that the others need not.
class KeyLock {
 public:
  KeyLock() noexcept = default;
  explicit KeyLock(UniqueFd fd) noexcept : fd_(std::move(fd)) {}
  [[nodiscard]] bool held() const noexcept { return static_cast<bool>(fd_); }

 private:
  UniqueFd fd_;
};

class BCCXX_API CacheStore {
 public:
  /// Throws: CacheTrouble as open_trusted_directory
  explicit CacheStore(std::filesystem::path directory);

  /// The entry of a key, which then counts as used; nullopt when there is none.
  ///
  /// Throws: CacheTrouble when there is one that may not be trusted
  [[nodiscard]] std::optional<CacheEntry> load(const Digest& key) const;

  /// Puts an entry in place at once or not at all, then removes the least recently used until all fit into `max_size`.
  ///
  /// Throws: CacheTrouble
  void save(const Digest& key, const CacheEntry& entry, std::uint64_t max_size) const;

  /// Waits no longer than `patience`; a lock that is not held means: go on without.
  [[nodiscard]] KeyLock lock(const Digest& key, std::chrono::milliseconds patience) const;

 private:
  std::filesystem::path path_;
  UniqueFd directory_;
};

}  // namespace bccxx::compiler
