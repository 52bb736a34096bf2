#pragma once
// Names for addresses of processes, of binaries known by build id, and of the kernel.

#include <bccxx/support/export.hpp>
#include <bccxx/symbols/frame.hpp>
#include <bccxx/symbols/kernel_symbols.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bccxx {

/// How symbols are looked for.
struct SymbolOptions {
  enum class DebugFiles {
    ignore,
    /// A debug file must carry the same build id, or be named by .gnu_debuglink.
    use,
    /// One named by .gnu_debuglink must also have the checksum the binary gives, which means reading all of it: up to 4 GiB.
    check_crc,
  };
  DebugFiles debug_files = DebugFiles::use;
  /// Whether file, line and inlined functions are read from DWARF, in a process of its own.
  bool lines = true;
  bool demangle = true;
  /// Whether /tmp/perf-PID.map names code made at run time.
  bool perf_maps = true;
  /// Whether files on FUSE are opened; a FUSE server can block its reader for ever.
  bool fuse_files = false;
  std::vector<std::string> debug_directories = {"/usr/lib/debug"};
  /// What the symbol tables of all binaries together may take, and what is known of all processes together (their
  /// mappings and perf maps) as much again. The one last asked for stays, whatever it takes.
  std::size_t memory_limit = std::size_t{96} << 20;
  std::size_t most_processes = 64;
};

/// Names addresses and remembers what it read: binaries by device, inode, size and time of change, processes by pid,
/// guarded against reuse of the pid. May be used from several threads.
///
/// Nothing here throws for what a process, a binary or a debug file is like: a frame says why it is unresolved.
/// Source:  bcc SymbolCache, sym, add_module
/// Example: tests/integration/symbols/process_test.cpp
class BCCXX_API Symboliser {
 public:
  explicit Symboliser(SymbolOptions options = {});
  ~Symboliser();
  Symboliser(Symboliser&&) noexcept;
  Symboliser& operator=(Symboliser&&) noexcept;

  /// An address of a process; what it had mapped when first seen stays known after it has gone. Of the kernel where
  /// `pid` is -1: as `kernel()` does, with lines when the debug file of the running kernel is installed.
  [[nodiscard]] Frame resolve(int pid, std::uint64_t address);
  /// Many at once, which is much cheaper than one by one.
  ///
  /// Shape: element i belongs to addresses[i]
  [[nodiscard]] std::vector<Frame> resolve(int pid, std::span<const std::uint64_t> addresses);

  /// The addresses of a stack, innermost first. The first is where the code stands; each other one is where a call
  /// returns to, so the byte before it is looked up: a call may be the last instruction of its function, its line, or
  /// of what was inlined.
  ///
  /// Shape: element i belongs to addresses[i], and gives that address and its offset
  [[nodiscard]] std::vector<Frame> resolve_stack(int pid, std::span<const std::uint64_t> addresses);

  /// An entry of a build-id stack (BPF_F_STACK_BUILD_ID): looked for among the binaries given to `add_module`,
  /// those met so far, and the debug files. The kernel pads a short id with zeros; both forms are known.
  [[nodiscard]] Frame resolve(const BuildId& id, std::uint64_t file_offset);

  [[nodiscard]] const KernelSymbols& kernel() const noexcept;

  /// Makes a binary known by its build id.
  ///
  /// Returns: its build id, or nullopt when it has none or cannot be read
  std::optional<BuildId> add_module(const std::string& path);

  /// The address of a function in a process; `module` is a path or its last part, empty for any.
  [[nodiscard]] std::optional<std::uint64_t> address_of(int pid, std::string_view name, std::string_view module = {});

  /// Reads what `pid` has mapped now, and the map of the code its runtime made, so that its addresses can still be
  /// named when it has gone.
  void remember(int pid);
  /// The same unless it was done before for what this very process has mapped, which is looked at once a second: cheap
  /// enough for every event.
  void remember_once(int pid);
  void forget(int pid);

  /// What the symbol tables take now, in bytes.
  [[nodiscard]] std::size_t memory_size() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// The symbols of one process.
///
/// Source: bcc SymbolCache(pid)
class BCCXX_API ProcessSymbols {
 public:
  explicit ProcessSymbols(int pid, SymbolOptions options = {}) : pid_(pid), symboliser_(std::move(options)) {
    static_cast<void>(symboliser_.resolve(pid_, std::span<const std::uint64_t>()));
  }

  [[nodiscard]] int pid() const noexcept { return pid_; }
  [[nodiscard]] Frame resolve(std::uint64_t address) { return symboliser_.resolve(pid_, address); }
  [[nodiscard]] std::vector<Frame> resolve(std::span<const std::uint64_t> addresses) {
    return symboliser_.resolve(pid_, addresses);
  }
  [[nodiscard]] std::vector<Frame> resolve_stack(std::span<const std::uint64_t> addresses) {
    return symboliser_.resolve_stack(pid_, addresses);
  }
  [[nodiscard]] std::optional<std::uint64_t> address_of(std::string_view name, std::string_view module = {}) {
    return symboliser_.address_of(pid_, name, module);
  }
  /// Reads all that is mapped now, so that it can still be named when the process has gone.
  void remember() { symboliser_.remember(pid_); }

 private:
  int pid_;
  Symboliser symboliser_;
};

}  // namespace bccxx
