#pragma once
// The process that reads DWARF for us: what crashes, hangs or swells in there costs only its answer.

#include "symbols/dwarf_file.hpp"

#include <bccxx/support/unique_fd.hpp>

#include <sys/types.h>
#include <cstdint>
#include <span>
#include <vector>

namespace bccxx::symbols {

class BCCXX_API DwarfWorker {
 public:
  DwarfWorker() = default;
  DwarfWorker(const DwarfWorker&) = delete;
  DwarfWorker& operator=(const DwarfWorker&) = delete;
  ~DwarfWorker() { stop(); }

  /// The places of addresses in the file `fd`, which `key` names; empty when the worker did not survive the question.
  [[nodiscard]] std::vector<SourcePlace> find(std::uint64_t key, int fd, std::span<const std::uint64_t> addresses);

  /// The process, or -1 while there is none.
  [[nodiscard]] pid_t pid() const noexcept { return pid_; }

 private:
  bool start();
  void stop();
  /// Whether an answer begins: not after so much computing, nor when nothing is computed any more.
  [[nodiscard]] bool answers() const;
  [[nodiscard]] bool ask(std::uint64_t key, int fd, std::span<const std::uint64_t> addresses,
                         std::vector<SourcePlace>& places);

  UniqueFd socket_;
  UniqueFd process_;
  pid_t pid_ = -1;
};

}  // namespace bccxx::symbols
