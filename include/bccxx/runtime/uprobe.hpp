#pragma once
// Naming a place in a user program to probe.

#include <cstdint>
#include <optional>
#include <string>

namespace bccxx {

/// A function, or an address, of a binary.
struct UprobeTarget {
  /// A path, a library ("c", "libc.so.6"), or a program ("bash").
  std::string binary{};
  /// The function as linked ("name@VERSION" chooses among versions), or as written in C++: "ns::f(int)", or "ns::f"
  /// where there is one of that name. Empty when `address` is given.
  std::string symbol{};
  /// Bytes from the start of the function.
  std::uint64_t offset = 0;
  /// An address before relocation, as objdump and nm print it; instead of `symbol`.
  std::optional<std::uint64_t> address{};
  /// Only in this process, whose libraries and root directory are then used; -1 for every process.
  int pid = -1;
  /// Where in the file the semaphore of a USDT probe lies; 0 for none.
  std::uint64_t semaphore_offset = 0;
};

/// Where a uprobe goes.
struct UprobePlace {
  std::string path;               ///< as opened from here
  std::uint64_t file_offset = 0;  ///< of the probed instruction
  std::string symbol;             ///< empty for a bare address
  /// The symbol is a GNU indirect function and the place is the implementation in use.
  bool indirect = false;
};

}  // namespace bccxx
