// The format of glibc since 2.2: a header, an array of entries, and strings at offsets from the header.

#include "symbols/linker_cache.hpp"

#include <cstdint>
#include <cstring>

namespace bccxx::symbols {
namespace {

constexpr std::string_view magic = "glibc-ld.so.cache1.1";

struct Header {
  char magic[20];
  std::uint32_t libraries;
  std::uint32_t strings_size;
  std::uint32_t unused[5];
};
static_assert(sizeof(Header) == 48);

struct Entry {
  std::int32_t flags;
  std::uint32_t soname;
  std::uint32_t path;
  std::uint32_t os_version;
  std::uint64_t hardware;
};
static_assert(sizeof(Entry) == 24);

std::string string_at(std::string_view bytes, std::uint32_t offset) {
  if (offset >= bytes.size()) return {};
  const auto rest = bytes.substr(offset);
  return std::string(rest.substr(0, rest.find('\0')));
}

}  // namespace

std::vector<CachedLibrary> read_linker_cache(std::string_view bytes) {
  std::vector<CachedLibrary> libraries;
  // An older format may come before; the offsets count from this one's header.
  const auto begin = bytes.find(magic);
  if (begin == std::string_view::npos) return libraries;
  bytes.remove_prefix(begin);
  Header header{};
  if (bytes.size() < sizeof(header)) return libraries;
  std::memcpy(&header, bytes.data(), sizeof(header));
  for (std::uint32_t i = 0; i < header.libraries; ++i) {
    const auto at = sizeof(header) + std::size_t{i} * sizeof(Entry);
    Entry entry{};
    if (at + sizeof(entry) > bytes.size()) break;
    std::memcpy(&entry, bytes.data() + at, sizeof(entry));
    CachedLibrary library{string_at(bytes, entry.soname), string_at(bytes, entry.path)};
    if (!library.soname.empty() && library.path.starts_with('/')) libraries.push_back(std::move(library));
  }
  return libraries;
}

}  // namespace bccxx::symbols
