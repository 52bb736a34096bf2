// Takes perf's records apart itself, so that an exception can stop libbpf's loop.

#include <bccxx/tables/perf_buffer.hpp>

#include "support/libbpf_log.hpp"
#include "support/poll_timeout.hpp"
#include "support/system_call.hpp"

#include <bpf/libbpf.h>
#include <linux/perf_event.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <cstring>
#include <exception>
#include <stdexcept>
#include <utility>

namespace bccxx {
namespace {

template <class T>
T read_at(const perf_event_header* record, std::size_t offset) {
  return detail::load<T>(reinterpret_cast<const std::byte*>(record) + offset);
}

}  // namespace

struct PerfBuffer::State {
  ~State() { perf_buffer__free(reader); }

  static bpf_perf_event_ret on_record(void* context, int cpu, perf_event_header* record) {
    auto& state = *static_cast<State*>(context);
    try {
      state.take(cpu, record);
      return LIBBPF_PERF_EVENT_CONT;
    } catch (...) {
      state.thrown = std::current_exception();
      return LIBBPF_PERF_EVENT_ERROR;
    }
  }

  void take(int cpu, const perf_event_header* record) {
    constexpr auto body = sizeof(perf_event_header);
    if (record->type == PERF_RECORD_SAMPLE) {
      ++events;
      const auto size = read_at<std::uint32_t>(record, body);
      on_event(cpu, {reinterpret_cast<const std::byte*>(record) + body + sizeof size, size});
    } else if (record->type == PERF_RECORD_LOST) {
      // An id comes first, then the count.
      const auto count = read_at<std::uint64_t>(record, body + sizeof(std::uint64_t));
      lost += count;
      if (on_lost) on_lost(cpu, count);
    }
  }

  std::size_t finish(int result) {
    if (thrown) std::rethrow_exception(std::exchange(thrown, nullptr));
    if (result < 0 && result != -EINTR) support::fail(-result, "poll perf buffer", map->name());
    return events;
  }

  MapPtr map;
  Callback on_event;
  LostCallback on_lost;
  perf_buffer* reader = nullptr;
  std::exception_ptr thrown;
  std::size_t events = 0;
  std::uint64_t lost = 0;
  std::size_t capacity = 0;
};

PerfBuffer::PerfBuffer(MapPtr map, Callback on_event, LostCallback on_lost, const PerfBufferOptions& options)
    : state_(std::make_unique<State>()) {
  if (map->kind() != MapKind::perf_event_array) {
    throw TypeMismatch(map->name(), "kind", to_string(MapKind::perf_event_array), to_string(map->kind()));
  }
  if (!std::has_single_bit(options.pages_per_cpu)) {
    throw std::invalid_argument("a perf buffer needs a power of two of pages");
  }
  perf_event_attr attributes{};
  attributes.size = sizeof attributes;
  attributes.type = PERF_TYPE_SOFTWARE;
  attributes.config = PERF_COUNT_SW_BPF_OUTPUT;
  attributes.sample_type = PERF_SAMPLE_RAW;
  attributes.sample_period = options.wakeup_events;
  attributes.wakeup_events = options.wakeup_events;
  state_->map = std::move(map);
  state_->capacity = options.pages_per_cpu * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  state_->on_event = std::move(on_event);
  state_->on_lost = std::move(on_lost);
  const support::LibbpfLog silent;
  state_->reader = perf_buffer__new_raw(state_->map->fd(), options.pages_per_cpu, &attributes, State::on_record,
                                        state_.get(), nullptr);
  if (state_->reader == nullptr) support::fail(errno, "open perf buffer", state_->map->name());
}
PerfBuffer::PerfBuffer(PerfBuffer&&) noexcept = default;
PerfBuffer& PerfBuffer::operator=(PerfBuffer&&) noexcept = default;
PerfBuffer::~PerfBuffer() = default;

std::size_t PerfBuffer::poll(std::chrono::milliseconds timeout) {
  // Asking whether perf has events clears its answer: after someone has waited on fd(), only looking finds them.
  if (const auto already = consume(); already > 0) return already;
  const support::LibbpfLog silent;
  return state_->finish(perf_buffer__poll(state_->reader, support::poll_milliseconds(timeout)));
}

std::size_t PerfBuffer::consume() {
  state_->events = 0;
  const support::LibbpfLog silent;
  return state_->finish(perf_buffer__consume(state_->reader));
}

std::uint64_t PerfBuffer::lost() const noexcept { return state_->lost; }

const MapPtr& PerfBuffer::map() const noexcept { return state_->map; }

std::size_t PerfBuffer::capacity() const noexcept { return state_->capacity; }

int PerfBuffer::fd() const noexcept { return perf_buffer__epoll_fd(state_->reader); }

}  // namespace bccxx
