#pragma once
// What becomes of a key on which nothing has been counted since the last time.

namespace bccxx {

/// What draining counts does with the keys of a hash whose count is zero.
enum class IdleKeys {
  keep,    ///< they stay, with zero
  remove,  ///< they go; what a program that has found one adds to it at that very moment may be lost
};

}  // namespace bccxx
