#pragma once
// What a symboliser does, without its lock.

#include "symbols/kernel_lines.hpp"
#include "symbols/module_cache.hpp"
#include "symbols/process_cache.hpp"
#include "symbols/source_lines.hpp"

#include <bccxx/symbols/symboliser.hpp>

#include <sys/types.h>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bccxx {

class Symboliser::Impl {
 public:
  explicit Impl(SymbolOptions options)
      : options_(std::move(options)),
        modules_(options_),
        kernel_lines_(options_),
        processes_(options_.most_processes, options_.memory_limit) {}

  void resolve(pid_t pid, std::span<const std::uint64_t> addresses, std::span<Frame> frames);
  Frame resolve(const BuildId& id, std::uint64_t file_offset);
  std::optional<BuildId> add_module(const std::string& path);
  std::optional<std::uint64_t> address_of(pid_t pid, std::string_view name, std::string_view module);
  void remember(pid_t pid);
  void remember_once(pid_t pid);
  void forget(pid_t pid) { processes_.forget(pid); }
  [[nodiscard]] std::size_t memory_size() const { return modules_.memory_size(); }

  KernelSymbols kernel;
  std::mutex mutex;

 private:
  /// What one question asks of a process at most once.
  struct Batch {
    symbols::Process& process;
    const symbols::PerfMap* perf_map = nullptr;
  };
  /// An address and where its frame goes.
  struct Wanted {
    std::uint64_t address = 0;
    std::size_t index = 0;
  };

  void resolve_kernel(std::span<const std::uint64_t> addresses, std::span<Frame> frames);
  std::vector<Wanted> resolve_mapped(Batch& batch, std::span<const Wanted> wanted, std::span<Frame> frames);
  void resolve_in(Batch& batch, symbols::Process::MappedFile& mapped, std::span<const Wanted> wanted,
                  std::span<Frame> frames);
  std::shared_ptr<symbols::Module> module_of(symbols::Process& process, symbols::Process::MappedFile& mapped);
  std::shared_ptr<symbols::Module> module_of(const BuildId& id);
  void name_by_perf_map(Batch& batch, Frame& frame);

  SymbolOptions options_;
  symbols::ModuleCache modules_;
  symbols::SourceLines lines_;
  symbols::KernelLines kernel_lines_;
  symbols::ProcessCache processes_;
};

}  // namespace bccxx
