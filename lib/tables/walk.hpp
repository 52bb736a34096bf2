#pragma once
// Reading a map key by key, where others may remove the very key the walk stands on.

#include <bccxx/support/export.hpp>
#include <bccxx/tables/detail/core.hpp>

#include <cstddef>
#include <functional>

namespace bccxx::detail {

/// The two questions a walk asks of a map.
struct WalkSource {
  /// The key after `key`; for an absent `key`, or nullptr, the first. False at the end.
  std::function<bool(const std::byte* key, std::byte* next)> next;
  /// False when the key is absent.
  std::function<bool(const std::byte* key, std::byte* value)> lookup;
};

/// Gives each entry once, one at a time, in the map's order. An entry that stays throughout is not missed.
///
/// Throws: SystemError with EAGAIN when others change the map so fast that the walk does not get on
BCCXX_API void walk(const WalkSource& source, std::size_t key_size, std::size_t value_size, const std::string& name,
                    const ChunkSink& sink);

}  // namespace bccxx::detail
