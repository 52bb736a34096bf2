#pragma once
// The registers as a program's text knows them.

#include <optional>

namespace bccxx::worker {

/// The `struct pt_regs` that the code was compiled for.
struct RegisterBlock {
  int size = 0;  ///< in bytes
  /// Where it has a pointer to another one, of a system call's caller, whose values the other context has itself.
  std::optional<int> inner = {};
};

}  // namespace bccxx::worker
