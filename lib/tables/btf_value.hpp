#pragma once
// A value of any C type as JSON, and back, by its BTF.

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

struct btf;

namespace bccxx::detail {

/// Structs become objects, arrays lists, char arrays strings, enumerators their names, pointers and integers of 16
/// bytes hexadecimal strings. Bit-fields and every dimension of an array are followed.
[[nodiscard]] nlohmann::ordered_json decode(const btf* types, std::uint32_t id, std::span<const std::byte> data);

/// The reverse of decode. Members that are not named become zero.
///
/// Throws: std::invalid_argument when `value` does not fit the type
void encode(const btf* types, std::uint32_t id, const nlohmann::ordered_json& value, std::span<std::byte> data);

/// A JSON value as JSON; what is not UTF-8 becomes U+FFFD, because bytes in a char array need not be.
[[nodiscard]] std::string quoted(const nlohmann::ordered_json& value);

/// A JSON value in one line for people: names and numbers without quotes.
[[nodiscard]] std::string readable(const nlohmann::ordered_json& value);

/// What someone typed, as JSON: a number in any base, JSON itself, else a string.
[[nodiscard]] nlohmann::ordered_json typed_in(std::string_view text);

}  // namespace bccxx::detail
