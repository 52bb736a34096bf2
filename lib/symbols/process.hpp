#pragma once
// One process: what it has mapped, guarded against another one taking its pid.

#include "symbols/module.hpp"
#include "symbols/perf_map.hpp"
#include "symbols/process_maps.hpp"

#include <bccxx/support/unique_fd.hpp>

#include <sys/types.h>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace bccxx::symbols {

class BCCXX_API Process {
 public:
  struct MappedFile {
    Mapping mapping;
    /// The binary, while the cache of binaries has it.
    std::weak_ptr<Module> module;
  };

  /// Its descriptor of /proc/PID stays bound to this very process.
  explicit Process(pid_t pid);

  [[nodiscard]] pid_t pid() const noexcept { return pid_; }
  /// Why it could not be looked at when it was first met.
  [[nodiscard]] Unresolved reason() const noexcept { return reason_; }
  [[nodiscard]] bool alive() const;
  /// Reads the mappings again unless that was just done; what is known of unchanged ones stays.
  void refresh_if_old();
  void refresh();
  /// Changes when the mappings do.
  [[nodiscard]] unsigned generation() const noexcept { return generation_; }
  [[nodiscard]] std::vector<MappedFile>& mappings() noexcept { return mappings_; }
  [[nodiscard]] MappedFile* find(std::uint64_t address);

  /// The file behind a mapping. Only what is certain to be that file is opened.
  [[nodiscard]] TargetFile open(const Mapping& mapping, const SymbolOptions& options);
  /// The root directory it sees, or nothing when it has gone.
  [[nodiscard]] UniqueFd root() const;
  /// Its memory, to be read at its addresses; empty when that is not permitted.
  [[nodiscard]] UniqueFd memory() const;
  /// Whether the page at an address is in memory or swapped out. Any other would be fetched first, from a file system
  /// that may never answer.
  [[nodiscard]] bool has_page(std::uint64_t address) const;
  [[nodiscard]] std::vector<std::byte> read_vdso(const Mapping& mapping) const;
  /// The perf map of its runtime, read again when it has changed.
  [[nodiscard]] const PerfMap& perf_map();
  /// What its mappings and its perf map take.
  [[nodiscard]] std::size_t memory_size() const noexcept;

 private:
  void take_root_off(std::vector<Mapping>& mappings) const;

  pid_t pid_;
  UniqueFd directory_;
  Unresolved reason_ = Unresolved::none;
  std::vector<MappedFile> mappings_;
  std::size_t path_bytes_ = 0;
  unsigned generation_ = 0;
  std::chrono::steady_clock::time_point read_at_;
  PerfMap perf_map_;
  std::optional<FileIdentity> perf_map_identity_;
};

}  // namespace bccxx::symbols
