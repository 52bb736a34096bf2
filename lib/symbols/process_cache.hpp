#pragma once
// The processes met so far, by pid, with those left out that were not asked for longest: as many and as large as
// allowed.

#include "symbols/process.hpp"

#include <sys/types.h>
#include <cstddef>
#include <cstdint>
#include <unordered_map>

namespace bccxx::symbols {

class ProcessCache {
 public:
  struct Known {
    Process process;
    std::uint64_t used = 0;
    /// Of the mappings that were remembered; 0 for none, as for a process without any.
    unsigned remembered = 0;
  };

  ProcessCache(std::size_t most, std::size_t most_bytes) : most_(most), most_bytes_(most_bytes) {}

  /// The process that has the pid, or the one that had it last.
  [[nodiscard]] Known& get(pid_t pid);
  void forget(pid_t pid) { processes_.erase(pid); }

 private:
  void drop_oldest();
  [[nodiscard]] std::size_t memory_size() const;

  std::size_t most_;
  std::size_t most_bytes_;
  std::unordered_map<pid_t, Known> processes_;
  std::uint64_t uses_ = 0;
};

}  // namespace bccxx::symbols
