// JSON values in a form for people, and what people type as JSON.

#include "tables/btf_value.hpp"

#include <cctype>

namespace bccxx::detail {
namespace {

using Json = nlohmann::ordered_json;

std::string inner(const Json& value) {
  std::string result;
  const char* separator = "";
  if (value.is_object()) {
    for (const auto& [name, member] : value.items()) {
      result += separator + name + ": " + inner(member);
      separator = ", ";
    }
    return "{" + result + "}";
  }
  if (value.is_array()) {
    for (const auto& element : value) {
      result += separator + inner(element);
      separator = ", ";
    }
    return "[" + result + "]";
  }
  return quoted(value);
}

}  // namespace

std::string quoted(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }

std::string readable(const Json& value) { return value.is_string() ? value.get<std::string>() : inner(value); }

Json typed_in(std::string_view text) {
  auto parsed = Json::parse(text, nullptr, false);
  return parsed.is_discarded() ? Json(text) : parsed;
}

}  // namespace bccxx::detail
