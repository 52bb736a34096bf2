#pragma once
// Takes numbers out of a map in the kernel, by a program that puts a zero in the place of each.

#include "tables/exchange_program.hpp"

#include <bccxx/support/export.hpp>
#include <bccxx/support/unique_fd.hpp>
#include <bccxx/tables/detail/memory_map.hpp>
#include <bccxx/tables/map.hpp>

#include <linux/bpf.h>

#include <cstddef>
#include <span>
#include <vector>

namespace bccxx::detail {

/// All that it takes to take numbers out of one map. Nothing has been taken when it is made, or fails to be.
class Exchange {
 public:
  /// Throws: NotSupported when the kernel has no atomic exchange, or programs may not read and write the map's values,
  ///         or those are no numbers of 4 or 8 bytes; SystemError when it cannot be made
  Exchange(const Map& map, std::size_t keys);

  /// The number of each key, which is zero from now on; zero for a key that is absent. The number of a CPU is taken on
  /// that CPU where this process may run there, so that it cannot come between the two steps of a program that adds to
  /// its own CPU's number.
  ///
  /// Shape:  a value of each key, as a lookup gives it: for maps with a value a CPU, eight bytes a possible CPU
  /// Throws: SystemError when the kernel refuses before anything is taken; after that, what is left stays in the map
  /// Kernel: 5.12 (BPF_XCHG); 5.19 for the numbers of CPUs that this process may not run on, which stay before that
  [[nodiscard]] std::vector<std::byte> take(std::span<const std::byte> keys);

 private:
  /// Nothing when the kernel does not know one of the instructions.
  [[nodiscard]] UniqueFd load(WhichCpu which) const;
  /// Writes the number of each key to `values`, one every `stride` bytes.
  ///
  /// Returns: false when the kernel refuses to go on
  [[nodiscard]] bool take(std::span<const std::byte> keys, std::size_t cpu, std::byte* values, std::size_t stride);
  [[nodiscard]] bool run(std::size_t count, std::size_t cpu);

  const Map& map_;
  ExchangeLayout layout_;
  MapPtr shared_;  ///< the memory that the program and this process share
  MemoryMap memory_;
  UniqueFd program_;
  bool taken_ = false;
  bool any_cpu_ = false;  ///< whether the numbers of any CPU can be reached from here
};

/// Loads a program: its descriptor, or an errno below zero.
using ProgramLoader = int (*)(std::span<const bpf_insn> code);

/// Has programs loaded by another function, so that a test can stand for an older kernel, or nullptr for the usual one.
/// What was known of the kernel is forgotten.
BCCXX_API void load_programs_with(ProgramLoader loader);

}  // namespace bccxx::detail
