// What every table has.

#include <bccxx/tables/table_base.hpp>

#include "tables/btf_value.hpp"
#include "tables/text.hpp"

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

namespace bccxx {
namespace {

using detail::Part;

nlohmann::ordered_json sized_json(const Map& map, Part part, std::span<const std::byte> bytes) {
  const std::size_t size = part == Part::key ? map.info().key_size : map.info().value_size;
  if (bytes.size() != size) {
    throw std::invalid_argument(fmt::format("a {} of table {} has {} bytes, not {}",
                                            part == Part::key ? "key" : "value", map.name(), size, bytes.size()));
  }
  return detail::json_of(map, part, bytes.data());
}

}  // namespace

TableBase::TableBase(MapPtr map, std::initializer_list<MapKind> kinds, const detail::TypeShape& key,
                     const detail::TypeShape& value)
    : core_(std::move(map), kinds, key, value) {}

std::string TableBase::json() const {
  auto result = nlohmann::ordered_json::array();
  core_.show([&](const std::byte* key, const std::byte* value) {
    result.push_back({{"key", detail::json_of(*map(), Part::key, key)},
                      {"value", value == nullptr ? nullptr : detail::value_json(core_, value)}});
  });
  return detail::quoted(result);
}

std::string TableBase::text() const {
  std::string result;
  core_.show([&](const std::byte* key, const std::byte* value) {
    result += core_.key_text(key) + ": " + (value == nullptr ? "null" : detail::value_text(core_, value)) + "\n";
  });
  return result;
}

std::string TableBase::key_text(std::span<const std::byte> key) const {
  return detail::readable(sized_json(*map(), Part::key, key));
}

std::string TableBase::value_text(std::span<const std::byte> value) const {
  return detail::readable(sized_json(*map(), Part::value, value));
}

std::string TableBase::key_json(std::span<const std::byte> key) const {
  return detail::quoted(sized_json(*map(), Part::key, key));
}

std::string TableBase::value_json(std::span<const std::byte> value) const {
  return detail::quoted(sized_json(*map(), Part::value, value));
}

}  // namespace bccxx
