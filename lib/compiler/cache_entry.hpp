#pragma once
// One file of the cache: an object, what it was made from, and the hash that holds both together with their key.

#include "compiler/file_identity.hpp"

#include <bccxx/support/export.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace bccxx::compiler {

struct CacheEntry {
  std::int64_t made = 0;  ///< ns since 1970
  std::vector<FileIdentity> files;
  std::string log;
  std::vector<std::byte> object;
};

[[nodiscard]] BCCXX_API std::vector<std::byte> encode_entry(const Digest& key, const CacheEntry& entry);

/// Throws: std::runtime_error, saying what is wrong, for anything but what encode_entry made for this key
[[nodiscard]] BCCXX_API CacheEntry decode_entry(const Digest& key, std::span<const std::byte> bytes);

}  // namespace bccxx::compiler
