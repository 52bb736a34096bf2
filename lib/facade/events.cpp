// Events, printed lines and names of addresses.

#include <bccxx/bpf.hpp>

#include "facade/bpf_state.hpp"
#include "support/poll_timeout.hpp"
#include "support/system_call.hpp"

#include <poll.h>
#include <cerrno>
#include <ostream>

namespace bccxx {
namespace {

template <class Buffers>
std::size_t consume_all(Buffers& buffers) {
  std::size_t events = 0;
  for (auto& buffer : buffers) events += buffer.consume();
  return events;
}

/// Waits on all buffers together: each in turn without waiting, then on their descriptors.
template <class Buffers>
std::size_t poll_all(Buffers& buffers, std::chrono::milliseconds timeout) {
  const auto already = consume_all(buffers);
  if (already != 0 || buffers.empty()) return already;
  if (buffers.size() == 1) return buffers.front().poll(timeout);
  std::vector<pollfd> waiting;
  for (const auto& buffer : buffers) waiting.push_back({buffer.fd(), POLLIN, 0});
  const int wait = support::poll_milliseconds(timeout);
  if (::poll(waiting.data(), waiting.size(), wait) < 0 && errno != EINTR) support::fail(errno, "poll", "buffers");
  return consume_all(buffers);
}

}  // namespace

PerfBuffer& BPF::keep(PerfBuffer buffer) { return state_->perf_buffers.emplace_back(std::move(buffer)); }
RingBuffer& BPF::keep(RingBuffer buffer) { return state_->ring_buffers.emplace_back(std::move(buffer)); }

std::size_t BPF::poll_perf_buffer(std::chrono::milliseconds timeout) { return poll_all(state_->perf_buffers, timeout); }
std::size_t BPF::ring_buffer_poll(std::chrono::milliseconds timeout) { return poll_all(state_->ring_buffers, timeout); }
std::size_t BPF::perf_buffer_consume() { return consume_all(state_->perf_buffers); }
std::size_t BPF::ring_buffer_consume() { return consume_all(state_->ring_buffers); }

TracePipe& BPF::trace() {
  if (!state_->trace) state_->trace.emplace();
  return *state_->trace;
}

void BPF::trace_print(std::ostream& out) {
  while (const auto line = trace_readline()) out << *line << std::endl;
}

StackTraceTable BPF::get_stack_table(const std::string& name) const { return {get_map(name), state_->symboliser()}; }

BuildIdStackTraceTable BPF::get_stackbuildid_table(const std::string& name) const {
  return {get_map(name), state_->symboliser()};
}

LostStacks BPF::get_lost_stacks(const std::string& name) const { return get_array_table<LostStacks>(name)[0]; }

Symboliser& BPF::symbols() const { return *state_->symboliser(); }

Frame BPF::sym(std::uint64_t address, int pid) const {
  const auto symbols = state_->symboliser();
  return pid < 0 ? symbols->kernel().resolve(address) : symbols->resolve(pid, address);
}

std::optional<std::uint64_t> BPF::ksymname(const std::string& name) const {
  return state_->symboliser()->kernel().address_of(name);
}

}  // namespace bccxx
