// A pid is used again, so who has it is asked whenever the one that was known has gone.

#include "symbols/process_cache.hpp"

#include <algorithm>

namespace bccxx::symbols {

ProcessCache::Known& ProcessCache::get(pid_t pid) {
  auto known = processes_.find(pid);
  if (known != processes_.end() && !known->second.process.alive()) {
    // The pid may be another process's by now. If it is nobody's, what was known stays good.
    Process now(pid);
    if (now.reason() == Unresolved::none) known->second = {std::move(now)};
  }
  if (known == processes_.end()) {
    if (processes_.size() >= most_) drop_oldest();
    known = processes_.emplace(pid, Known{Process(pid)}).first;
  }
  known->second.used = ++uses_;
  // What was read of them since the last time counts now; the one just asked for is the last to go.
  while (processes_.size() > 1 && memory_size() > most_bytes_) drop_oldest();
  return known->second;
}

std::size_t ProcessCache::memory_size() const {
  std::size_t size = 0;
  for (const auto& [pid, known] : processes_) size += known.process.memory_size();
  return size;
}

void ProcessCache::drop_oldest() {
  const auto oldest = std::ranges::min_element(processes_, {}, [](const auto& entry) { return entry.second.used; });
  if (oldest != processes_.end()) processes_.erase(oldest);
}

}  // namespace bccxx::symbols
