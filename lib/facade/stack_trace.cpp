// Addresses from the table, names from the symboliser.

#include <bccxx/stack_trace.hpp>

#include "symbols/return_address.hpp"

#include <utility>

namespace bccxx {

StackTraceTable::StackTraceTable(MapPtr map, std::shared_ptr<Symboliser> symbols)
    : StackTable(std::move(map)), symbols_(std::move(symbols)) {}

std::vector<Frame> StackTraceTable::walk(std::int64_t id, int pid) const {
  return symbols_->resolve_stack(pid, (*this)[id]);
}

BuildIdStackTraceTable::BuildIdStackTraceTable(MapPtr map, std::shared_ptr<Symboliser> symbols)
    : StackBuildIdTable(std::move(map)), symbols_(std::move(symbols)) {}

std::vector<Frame> BuildIdStackTraceTable::walk(std::int64_t id, int pid) const {
  const auto& entries = (*this)[id];
  if (pid >= 0) symbols_->remember_once(pid);
  std::vector<Frame> frames;
  for (const auto& entry : entries) {
    const auto name = [&](std::uint64_t place) {
      if (entry.status == BuildIdFrame::Status::valid) return symbols_->resolve(BuildId(entry.build_id), place);
      if (pid >= 0) return symbols_->resolve(pid, place);
      Frame frame;
      frame.address = place;
      frame.reason = Unresolved::process_gone;
      return frame;
    };
    frames.push_back(frames.empty() ? name(entry.offset_or_ip) : symbols::resolve_return(entry.offset_or_ip, name));
  }
  return frames;
}

}  // namespace bccxx
