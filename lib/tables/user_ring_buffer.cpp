// Events from user space to programs.

#include <bccxx/support/error.hpp>
#include <bccxx/tables/user_ring_buffer.hpp>

#include "support/libbpf_log.hpp"
#include "support/system_call.hpp"

#include <bpf/libbpf.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace bccxx {

struct UserRingBuffer::State {
  ~State() { user_ring_buffer__free(writer); }

  MapPtr map;
  user_ring_buffer* writer = nullptr;
};

UserRingBuffer::UserRingBuffer(MapPtr map) : state_(std::make_unique<State>()) {
  if (map->kind() != MapKind::user_ringbuf) {
    throw TypeMismatch(map->name(), "kind", to_string(MapKind::user_ringbuf), to_string(map->kind()));
  }
  state_->map = std::move(map);
  const support::LibbpfLog silent;
  state_->writer = user_ring_buffer__new(state_->map->fd(), nullptr);
  if (state_->writer == nullptr) support::fail(errno, "open user ring buffer", state_->map->name());
}
UserRingBuffer::UserRingBuffer(UserRingBuffer&&) noexcept = default;
UserRingBuffer& UserRingBuffer::operator=(UserRingBuffer&&) noexcept = default;
UserRingBuffer::~UserRingBuffer() = default;

bool UserRingBuffer::submit(std::span<const std::byte> event) {
  void* const room = user_ring_buffer__reserve(state_->writer, static_cast<std::uint32_t>(event.size()));
  if (room == nullptr) {
    if (errno == ENOSPC) return false;
    support::fail(errno, "write user ring buffer", state_->map->name());
  }
  std::memcpy(room, event.data(), event.size());
  user_ring_buffer__submit(state_->writer, room);
  return true;
}

const MapPtr& UserRingBuffer::map() const noexcept { return state_->map; }

}  // namespace bccxx
