// A hash is read bucket by bucket: a bucket is copied under its lock, so no key is missed or met twice.

#include "tables/batch.hpp"

#include "support/system_call.hpp"

#include <bpf/bpf.h>

#include <algorithm>
#include <cerrno>
#include <memory>

namespace bccxx::detail {
namespace {

/// Small enough for the second-level cache and for malloc to hand out again without new pages.
constexpr std::size_t chunk_bytes = 96 * 1024;
constexpr std::uint32_t least_chunk = 16;

class BatchRead {
 public:
  BatchRead(const Map& map, std::size_t value_bytes, BatchCommand command)
      : map_(map),
        command_(command),
        entry_size_(map.info().key_size + value_bytes),
        value_bytes_(value_bytes),
        cursor_(std::make_unique<std::byte[]>(std::max<std::size_t>(map.info().key_size, 4))) {
    const auto fitting = static_cast<std::uint32_t>(chunk_bytes / entry_size_);
    resize(std::clamp(std::min(fitting, map.info().max_entries), least_chunk, 1U << 16));
  }

  bool run(const ChunkSink& sink) {
    bool started = false;
    int stalls = 0;
    while (true) {
      std::uint32_t count = capacity_;
      const int error = call(started, count);
      if (!started && support::is_unknown_command(error)) return false;
      if (error != 0 && error != ENOENT && error != ENOSPC && error != EINTR && error != EAGAIN) {
        support::fail(error, "read batch of table", map_.name());
      }
      if (count > 0) sink(keys(), values(), count);
      if (error == ENOENT) return true;
      started = started || count > 0 || error == ENOSPC;
      if (error == ENOSPC && count == 0) resize(capacity_ * 2);  // one bucket holds more than the buffer
      stalls = error == 0 || count > 0 || error == ENOSPC ? 0 : stalls + 1;
      if (stalls > 1000) support::fail(error, "read batch of table", map_.name());
    }
  }

 private:
  void resize(std::uint32_t capacity) {
    capacity_ = capacity;
    buffer_ = std::make_unique_for_overwrite<std::byte[]>(capacity * entry_size_);
  }
  [[nodiscard]] std::byte* keys() const noexcept { return buffer_.get() + capacity_ * value_bytes_; }
  [[nodiscard]] std::byte* values() const noexcept { return buffer_.get(); }

  int call(bool started, std::uint32_t& count) {
    void* const from = started ? cursor_.get() : nullptr;
    const auto read = command_ == BatchCommand::lookup ? bpf_map_lookup_batch : bpf_map_lookup_and_delete_batch;
    return -read(map_.fd(), from, cursor_.get(), keys(), values(), &count, nullptr);
  }

  const Map& map_;
  BatchCommand command_;
  std::size_t entry_size_;
  std::size_t value_bytes_;
  std::unique_ptr<std::byte[]> cursor_;
  std::unique_ptr<std::byte[]> buffer_;
  std::uint32_t capacity_ = 0;
};

}  // namespace

bool has_exact_batch(MapKind kind) noexcept {
  switch (kind) {
    case MapKind::hash:
    case MapKind::lru_hash:
    case MapKind::percpu_hash:
    case MapKind::lru_percpu_hash:
    case MapKind::hash_of_maps:
    case MapKind::array:
    case MapKind::percpu_array:
      return true;
    default:
      return false;
  }
}

bool read_by_batch(const Map& map, std::size_t value_bytes, BatchCommand command, const ChunkSink& sink) {
  return BatchRead(map, value_bytes, command).run(sink);
}

}  // namespace bccxx::detail
