#pragma once
// Keys and values as JSON and as text: by BTF where the map has it, by size where it has not.

#include <bccxx/tables/detail/core.hpp>
#include <bccxx/tables/map.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace bccxx::detail {

enum class Part { key, value };

/// Without BTF an unsigned number for 1, 2, 4 and 8 bytes, and a hexadecimal string for other sizes.
[[nodiscard]] nlohmann::ordered_json json_of(const Map& map, Part part, const void* data);
[[nodiscard]] std::string text_of(const Map& map, Part part, const void* data);

/// A value as a lookup gives it: one for each CPU where values are per CPU.
[[nodiscard]] nlohmann::ordered_json value_json(const Core& core, const std::byte* raw);
[[nodiscard]] std::string value_text(const Core& core, const std::byte* raw);

/// The bytes of a key or a value that was typed in.
///
/// Throws: std::invalid_argument when the text does not fit the type
[[nodiscard]] std::vector<std::byte> bytes_of(const Map& map, Part part, std::string_view text);

}  // namespace bccxx::detail
