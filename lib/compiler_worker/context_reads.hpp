#pragma once
// Follows the context pointer through a program and moves every read through it to where another context has the value.

#include "compiler_worker/code_edit.hpp"
#include "compiler_worker/register_block.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace bccxx::worker {

/// A read that the other context has no value for.
struct HomelessRead {
  std::size_t instruction = 0;
  /// What it read in the context it was compiled for, in bytes; nullopt when that cannot be told.
  std::optional<int> offset;
};

/// Rewrites loads through the context, and the addresses of its members that are passed to helpers.
///
/// `place` takes the offset of an 8-byte member and gives its place in the other context, or nullopt. A read without a
/// place is moved to where the kernel refuses it.
///
/// A program that has a helper read registers through the pointer of `block.inner` gets them from the other context,
/// one by one or all at once; what takes more than one instruction goes into `edit`. To a program that does not, that
/// pointer is a value like any other.
///
/// Returns: the reads without a place, in the order of the instructions
[[nodiscard]] std::vector<HomelessRead> move_context_reads(std::vector<std::uint64_t>& code,
                                                           const std::function<std::optional<int>(int)>& place,
                                                           const RegisterBlock& block, CodeEdit& edit);

}  // namespace bccxx::worker
