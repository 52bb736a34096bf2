#pragma once
// The build id among the notes of an ELF file.

#include <bccxx/support/export.hpp>

#include <cstddef>
#include <span>

namespace bccxx::support {

/// The bytes of the build id in a note section or segment, whoever made it; empty when it has none.
[[nodiscard]] BCCXX_API std::span<const std::byte> find_build_id(std::span<const std::byte> notes) noexcept;

}  // namespace bccxx::support
