// Maps an array's memory; the kernel keeps the map alive as long as the mapping.

#include <bccxx/tables/detail/memory_map.hpp>

#include "support/system_call.hpp"

#include <linux/bpf.h>
#include <sys/mman.h>
#include <unistd.h>

namespace bccxx::detail {

std::optional<MemoryMap> MemoryMap::of(const Map& map, MemoryAccess access) {
  if ((map.info().flags & BPF_F_MMAPABLE) == 0) return std::nullopt;
  const std::size_t stride = (std::size_t{map.info().value_size} + 7) / 8 * 8;
  const std::size_t count = map.info().max_entries;
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  const auto length = (stride * count + page - 1) / page * page;
  const int protection = access == MemoryAccess::write ? PROT_READ | PROT_WRITE : PROT_READ;
  void* const memory = ::mmap(nullptr, length, protection, MAP_SHARED, map.fd(), 0);
  if (memory == MAP_FAILED) support::check(-1, "map memory of table", map.name());
  return MemoryMap(static_cast<std::byte*>(memory), length, stride, count);
}

MemoryMap::~MemoryMap() {
  if (memory_ != nullptr) ::munmap(memory_, length_);
}

}  // namespace bccxx::detail
