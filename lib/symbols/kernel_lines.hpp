#pragma once
// Where the code of the running kernel comes from, when its debug file (vmlinux) is installed.

#include "symbols/debug_files.hpp"
#include "symbols/source_lines.hpp"

#include <bccxx/support/export.hpp>
#include <bccxx/symbols/frame.hpp>
#include <bccxx/symbols/kernel_symbols.hpp>
#include <bccxx/symbols/symboliser.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace bccxx::symbols {

class BCCXX_API KernelLines {
 public:
  explicit KernelLines(SymbolOptions options) : options_(std::move(options)) {}

  /// A kernel, and one of its functions, which tells how far all of it was moved when it booted.
  struct Kernel {
    BuildId build_id;
    std::string release;
    std::string function;
    std::uint64_t address = 0;
  };
  /// Looks for the debug file of a kernel.
  void look_for(const Kernel& kernel);
  /// The same for the one that runs, unless something was looked for before.
  void look_for_running(const KernelSymbols& symbols);

  /// Completes the frames of the kernel itself; those of its modules stay as they are.
  void complete(std::span<Frame> frames, SourceLines& lines) const;

 private:
  SymbolOptions options_;
  bool looked_ = false;
  std::optional<DebugFile> debug_;
  std::uint64_t bias_ = 0;
};

}  // namespace bccxx::symbols
