#pragma once
// The probes a program was built with (USDT, <sys/sdt.h>): which there are, where their arguments are, which are
// wanted.

#include <bccxx/support/export.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace bccxx {

/// Where one argument of a probe is when the probe is hit.
struct UsdtArgument {
  int size = 8;  ///< in bytes: 1, 2, 4 or 8
  bool is_signed = false;
  std::optional<std::int64_t> constant{};
  /// As `struct pt_regs` names it: "di", "regs[0]"; empty for none.
  std::string base_register{};
  std::string index_register{};
  int scale = 1;
  /// The value is in memory: at the base, plus this, plus the index times the scale.
  std::optional<std::int64_t> deref_offset{};
  /// The variable the memory belongs to, where no register points to it.
  std::string deref_ident{};
  /// Its address before relocation.
  std::uint64_t ident_address = 0;
  /// Why BPF cannot read it, such as a floating-point register; empty when it can.
  std::string unreadable{};
  /// As the binary says it, for example "-4@%eax".
  std::string spec{};
};

/// For example "4 signed   bytes @ *(bp - 20)", as bcc prints it.
[[nodiscard]] BCCXX_API std::string to_string(const UsdtArgument& argument);

/// One of the places where a probe was compiled into a binary.
struct UsdtLocation {
  std::uint64_t address = 0;  ///< before relocation
  std::uint64_t file_offset = 0;
  std::vector<UsdtArgument> arguments{};
  std::uint64_t semaphore = 0;  ///< its address before relocation; 0 for none
  /// Where it is in the file; nullopt when it is not, so that the kernel cannot count it.
  std::optional<std::uint64_t> semaphore_offset = 0;
};

/// One probe of one binary.
struct UsdtProbe {
  std::string provider{};
  std::string name{};
  std::string bin_path{};  ///< as opened from here
  std::vector<UsdtLocation> locations{};

  /// "provider:name".
  [[nodiscard]] std::string short_name() const { return provider + ':' + name; }
  /// At the first place; others, compiled without semaphores, may have none.
  [[nodiscard]] std::uint64_t semaphore() const { return locations.empty() ? 0 : locations.front().semaphore; }
  /// At the first place; others may have more or fewer.
  [[nodiscard]] std::size_t num_arguments() const { return locations.empty() ? 0 : locations.front().arguments.size(); }
};

/// Whose hits of a process's probes count.
enum class UsdtScope { process, every_process };

/// Where to look for probes: in a binary, in a process, or in a binary as a process sees it.
struct UsdtTarget {
  /// A path, a library ("c", "libc.so.6"), or a program ("bash"); empty means all that the process has mapped.
  std::string path{};
  int pid = -1;
  /// Whether, given a pid, programs run in that process alone.
  UsdtScope scope = UsdtScope::process;
};

/// The probes of a binary or a process, and the functions that are to run at them.
///
/// The binaries stay open: what was read is what is attached to, whatever becomes of their names. Of each, 16384 places
/// are read at most, and of each place 64 arguments.
///
/// Source:  bcc USDT
/// Example: tests/programs/facade/usdt_test.cpp
class BCCXX_API USDT {
 public:
  /// Throws: NotFound for the binary or the process, SystemError for what is no ELF file or may not be read,
  ///         std::invalid_argument for neither a path nor a pid
  explicit USDT(const UsdtTarget& target);
  USDT(const USDT& other);
  USDT(USDT&& other) noexcept;
  USDT& operator=(const USDT& other);
  USDT& operator=(USDT&& other) noexcept;
  ~USDT();

  [[nodiscard]] const UsdtTarget& target() const noexcept;

  /// Runs `function` of the text at a probe, "name" or "provider:name", once this is given to Options::usdt or
  /// BPF::attach_usdt. One function may run at several probes.
  ///
  /// Throws: NotFound with the nearest names, std::invalid_argument for a name that several providers have
  USDT& enable_probe(const std::string& probe, const std::string& function);

  /// All probes there are, binary by binary.
  [[nodiscard]] std::vector<UsdtProbe> enumerate_probes() const;

  /// The C type that holds an argument at each place of a probe, for example "int32_t"; arguments count from 0.
  ///
  /// Throws: NotFound for the probe or the argument
  [[nodiscard]] std::string get_probe_arg_ctype(const std::string& probe, std::size_t argument) const;

  /// The C behind bpf_usdt_readarg for the enabled probes.
  [[nodiscard]] std::string get_text() const;

  struct State;
  [[nodiscard]] const State& state() const noexcept { return *state_; }

 private:
  std::unique_ptr<State> state_;
};

}  // namespace bccxx
