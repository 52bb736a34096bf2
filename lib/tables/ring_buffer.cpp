// Carries exceptions of callbacks across libbpf, which is C.

#include <bccxx/tables/ring_buffer.hpp>

#include "support/libbpf_log.hpp"
#include "support/poll_timeout.hpp"
#include "support/system_call.hpp"

#include <bpf/libbpf.h>

#include <cerrno>
#include <exception>
#include <utility>
#include <vector>

namespace bccxx {
namespace detail {

void require_event_size(const Map& map, std::string_view type, std::size_t expected, std::size_t actual,
                        std::size_t padding) {
  if (actual >= expected && actual - expected <= padding) return;
  throw TypeMismatch(map.name(), "event", std::string(type), actual < expected ? "smaller" : "larger", expected,
                     actual);
}

}  // namespace detail

namespace {

void require_ring_buffer(const Map& map) {
  if (map.kind() == MapKind::ringbuf) return;
  throw TypeMismatch(map.name(), "kind", to_string(MapKind::ringbuf), to_string(map.kind()));
}

}  // namespace

struct RingBuffer::State {
  struct Source {
    MapPtr map;
    Callback on_event;
    State* owner;
  };

  ~State() { ring_buffer__free(reader); }

  static int on_sample(void* context, void* data, std::size_t size) {
    auto& source = *static_cast<Source*>(context);
    try {
      ++source.owner->events;
      source.on_event({static_cast<const std::byte*>(data), size});
      return 0;
    } catch (...) {
      source.owner->thrown = std::current_exception();
      return -ECANCELED;
    }
  }

  void add(MapPtr map, Callback on_event) {
    require_ring_buffer(*map);
    const support::LibbpfLog silent;
    auto source = std::make_unique<Source>(Source{std::move(map), std::move(on_event), this});
    const Map& added = *source->map;
    if (reader == nullptr) {
      reader = ring_buffer__new(added.fd(), on_sample, source.get(), nullptr);
      if (reader == nullptr) support::fail(errno, "open ring buffer", added.name());
    } else {
      support::check_libbpf(ring_buffer__add(reader, added.fd(), on_sample, source.get()), "open ring buffer",
                            added.name());
    }
    sources.push_back(std::move(source));
  }

  std::size_t finish(int result) {
    if (thrown) std::rethrow_exception(std::exchange(thrown, nullptr));
    if (result < 0 && result != -EINTR) support::fail(-result, "poll ring buffer", sources.front()->map->name());
    return events;
  }

  ring_buffer* reader = nullptr;
  std::vector<std::unique_ptr<Source>> sources;
  std::exception_ptr thrown;
  std::size_t events = 0;
};

RingBuffer::RingBuffer(MapPtr map, Callback on_event) : state_(std::make_unique<State>()) {
  state_->add(std::move(map), std::move(on_event));
}
RingBuffer::RingBuffer(RingBuffer&&) noexcept = default;
RingBuffer& RingBuffer::operator=(RingBuffer&&) noexcept = default;
RingBuffer::~RingBuffer() = default;

void RingBuffer::add(MapPtr map, Callback on_event) { state_->add(std::move(map), std::move(on_event)); }

std::size_t RingBuffer::poll(std::chrono::milliseconds timeout) {
  state_->events = 0;
  const support::LibbpfLog silent;
  return state_->finish(ring_buffer__poll(state_->reader, support::poll_milliseconds(timeout)));
}

std::size_t RingBuffer::consume() {
  state_->events = 0;
  const support::LibbpfLog silent;
  return state_->finish(ring_buffer__consume(state_->reader));
}

const MapPtr& RingBuffer::map() const noexcept { return state_->sources.front()->map; }

int RingBuffer::fd() const noexcept { return ring_buffer__epoll_fd(state_->reader); }

}  // namespace bccxx
