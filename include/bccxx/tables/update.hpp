#pragma once
// How an update treats a key that is there, or is not.

#include <cstdint>

namespace bccxx {

/// The flags of an update; the values are the kernel's.
enum class Update : std::uint64_t {
  any = 0,      ///< create or overwrite
  noexist = 1,  ///< only create: EEXIST when the key is there
  exist = 2,    ///< only overwrite: ENOENT when the key is absent
  lock = 4,     ///< take the value's bpf_spin_lock
};

[[nodiscard]] constexpr Update operator|(Update a, Update b) noexcept {
  return static_cast<Update>(static_cast<std::uint64_t>(a) | static_cast<std::uint64_t>(b));
}

}  // namespace bccxx
