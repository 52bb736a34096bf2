#pragma once
// Takes numbers out of a map in the kernel, by a program that puts a zero in the place of each.

#include <bccxx/tables/map.hpp>

#include <cstddef>
#include <span>
#include <vector>

namespace bccxx::detail {

/// Whether programs may do that, so far as the map says: numbers of 4 or 8 bytes that they may read and write.
[[nodiscard]] bool may_exchange(const Map& map) noexcept;

/// Whether the kernel has the instruction. Where trying is not permitted it counts as had, so that the reason is heard.
[[nodiscard]] bool kernel_exchanges();

/// The number of each key, which is zero from now on; zero for a key that is absent. The number of a CPU is taken on
/// that CPU where this process may run there, so that it cannot come between the two steps of a program that adds to
/// its own CPU's number.
///
/// Shape:  a value of each key, as a lookup gives it: for maps with a value a CPU, eight bytes a possible CPU
/// Throws: NotSupported when the kernel has no atomic exchange or the map does not let programs write; SystemError
/// Kernel: 5.12 (BPF_XCHG); 5.19 for the numbers of CPUs that this process may not run on, which stay before that
[[nodiscard]] std::vector<std::byte> exchange_numbers(const Map& map, std::span<const std::byte> keys);

}  // namespace bccxx::detail
