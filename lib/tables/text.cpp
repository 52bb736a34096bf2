// Keys and values as JSON and as text.

#include "tables/text.hpp"

#include "tables/btf_bits.hpp"
#include "tables/btf_value.hpp"
#include "tables/map_types.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <span>
#include <stdexcept>

namespace bccxx::detail {
namespace {

using Json = nlohmann::ordered_json;

bool is_number_size(std::size_t size) { return size == 1 || size == 2 || size == 4 || size == 8; }

Json plain(std::span<const std::byte> data) {
  if (is_number_size(data.size())) return load_bits(data, 0, data.size() * 8);
  std::string result = "0x";
  for (const auto byte : data) result += fmt::format("{:02x}", std::to_integer<unsigned>(byte));
  return result;
}

std::uint64_t plain_number(std::string_view text, std::size_t size) {
  const bool hexadecimal = text.starts_with("0x");
  const auto digits = hexadecimal ? text.substr(2) : text;
  std::uint64_t value = 0;
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), value, hexadecimal ? 16 : 10);
  if (digits.empty() || parsed.ec != std::errc() || parsed.ptr != digits.data() + digits.size() ||
      (size < 8 && value >> (size * 8) != 0)) {
    throw std::invalid_argument(fmt::format("{} is not a number of {} bytes", text, size));
  }
  return value;
}

void plain_bytes(std::string_view text, std::span<std::byte> data) {
  if (is_number_size(data.size())) return store_bits(data, 0, data.size() * 8, plain_number(text, data.size()));
  if (!text.starts_with("0x") || text.size() != 2 + data.size() * 2) {
    throw std::invalid_argument(fmt::format("{} is not 0x and {} hexadecimal digits", text, data.size() * 2));
  }
  for (std::size_t i = 0; i < data.size(); ++i) {
    data[i] = static_cast<std::byte>(plain_number("0x" + std::string(text.substr(2 + i * 2, 2)), 1));
  }
}

std::size_t size_of(const Map& map, Part part) {
  return part == Part::key ? map.info().key_size : map.info().value_size;
}

std::uint32_t type_of(const Map& map, Part part) { return part == Part::key ? map.types().key() : map.types().value(); }

}  // namespace

Json json_of(const Map& map, Part part, const void* data) {
  const std::span bytes(static_cast<const std::byte*>(data), size_of(map, part));
  const auto type = type_of(map, part);
  return type == 0 ? plain(bytes) : decode(map.types().types(), type, bytes);
}

std::string text_of(const Map& map, Part part, const void* data) { return readable(json_of(map, part, data)); }

Json value_json(const Core& core, const std::byte* raw) {
  if (!is_per_cpu(core.map()->kind())) return json_of(*core.map(), Part::value, raw);
  auto result = Json::array();
  for (std::size_t at = 0; at < core.value_bytes(); at += core.value_stride()) {
    result.push_back(json_of(*core.map(), Part::value, raw + at));
  }
  return result;
}

std::string value_text(const Core& core, const std::byte* raw) { return readable(value_json(core, raw)); }

std::vector<std::byte> bytes_of(const Map& map, Part part, std::string_view text) {
  std::vector<std::byte> result(size_of(map, part));
  const auto type = type_of(map, part);
  if (type == 0) {
    plain_bytes(text, result);
  } else {
    encode(map.types().types(), type, typed_in(text), result);
  }
  return result;
}

}  // namespace bccxx::detail
