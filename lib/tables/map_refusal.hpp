#pragma once
// What is wrong with a map that the kernel refused to make: it says no more than a number.

#include <bccxx/support/export.hpp>
#include <bccxx/tables/map.hpp>

#include <string>

namespace bccxx::detail {

/// For example "hash, key 4 bytes, value 8 bytes, 10240 entries, flags 0x1".
[[nodiscard]] BCCXX_API std::string describe(const MapDeclaration& map);
[[nodiscard]] std::string describe(const MapInfo& map);

/// The shape, and what in it is most likely the reason for `code`, which is an errno.
[[nodiscard]] BCCXX_API std::string why_refused(const MapDeclaration& map, int code);

}  // namespace bccxx::detail
