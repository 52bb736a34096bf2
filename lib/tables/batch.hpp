#pragma once
// Reading a map thousands of entries a system call.

#include <bccxx/tables/detail/core.hpp>

#include <cstddef>

namespace bccxx::detail {

enum class BatchCommand { lookup, lookup_and_delete };

/// True where the kernel's cursor is a place in the map, not a key that may go.
[[nodiscard]] bool has_exact_batch(MapKind kind) noexcept;

/// Gives each entry once.
///
/// Returns: false, with nothing given, when the kernel has no batch command for this map
/// Throws:  SystemError with the errno of bpf(2)
[[nodiscard]] bool read_by_batch(const Map& map, std::size_t value_bytes, BatchCommand command, const ChunkSink& sink);

}  // namespace bccxx::detail
