// Short reads end a source; errors count as its end.

#include "symbols/byte_source.hpp"

#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <cstring>

namespace bccxx::symbols {

ByteSource::~ByteSource() = default;

std::size_t FileSource::read_some(std::uint64_t offset, std::span<std::byte> into) const {
  if (offset >= size_) return 0;
  const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), size_ - offset));
  std::size_t done = 0;
  while (done < wanted) {
    const auto n = ::pread(fd_.get(), into.data() + done, wanted - done, static_cast<off_t>(offset + done));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    done += static_cast<std::size_t>(n);
  }
  return done;
}

std::size_t MemorySource::read_some(std::uint64_t offset, std::span<std::byte> into) const {
  if (offset >= bytes_.size()) return 0;
  const auto count = std::min(into.size(), bytes_.size() - static_cast<std::size_t>(offset));
  if (count != 0) std::memcpy(into.data(), bytes_.data() + offset, count);
  return count;
}

}  // namespace bccxx::symbols
