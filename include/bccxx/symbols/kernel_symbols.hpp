#pragma once
// The kernel's own symbols, read from kallsyms when first asked for.

#include <bccxx/support/export.hpp>
#include <bccxx/symbols/frame.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bccxx {

/// Names kernel addresses. May be used from several threads.
///
/// Source: /proc/kallsyms, /proc/modules; bcc ksym, ksymname
class BCCXX_API KernelSymbols {
 public:
  KernelSymbols();
  /// Reads these files instead of /proc/kallsyms and /proc/modules.
  KernelSymbols(std::string kallsyms_path, std::string modules_path);
  ~KernelSymbols();
  KernelSymbols(KernelSymbols&&) noexcept;
  KernelSymbols& operator=(KernelSymbols&&) noexcept;

  /// The function at `address`. An address past the end of the kernel's or a module's text belongs to nobody.
  [[nodiscard]] Frame resolve(std::uint64_t address) const;
  [[nodiscard]] std::vector<Frame> resolve(std::span<const std::uint64_t> addresses) const;
  /// The addresses of a stack; see Symboliser::resolve_stack.
  [[nodiscard]] std::vector<Frame> resolve_stack(std::span<const std::uint64_t> addresses) const;

  /// The address of the function called `name`; `module` empty means the kernel first, then every module.
  ///
  /// Returns: nullopt when there is none, or when kernel.kptr_restrict hides addresses
  [[nodiscard]] std::optional<std::uint64_t> address_of(std::string_view name, std::string_view module = {}) const;

  /// Whether there is a function of that name; works where addresses are hidden.
  [[nodiscard]] bool contains(std::string_view name) const;

  /// The modules that have symbols, sorted; programs of BPF count as module "bpf".
  [[nodiscard]] std::vector<std::string> modules() const;

  /// Forgets what was read. Happens by itself when an address is unknown and the modules have changed.
  void refresh();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace bccxx
