#pragma once
// What C++ knows of a key or value type, in a form that can be compared with BTF.

#include <bccxx/tables/detail/layout.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>

namespace bccxx {

/// Set to true for a key type whose padding or floating-point members are always written the same way.
///
/// The kernel compares keys byte by byte, so a key with bytes that C++ leaves undefined is never found again.
/// Example: template <> inline constexpr bool bccxx::key_bytes_are_defined<MyKey> = true;
template <class K>
inline constexpr bool key_bytes_are_defined = std::has_unique_object_representations_v<K>;

namespace detail {

struct TypeShape {
  std::string_view name;
  std::size_t size = 0;
  /// The type's parts; null where any type of that size will do.
  const Leaves& (*leaves)() = nullptr;
  /// Text of whatever size the map has: one array of char, alone or as the only member of a struct.
  bool text = false;
};

template <class T>
[[nodiscard]] constexpr std::string_view type_name() {
  std::string_view text = __PRETTY_FUNCTION__;
  text.remove_prefix(text.find("T = ") + 4);
  text = text.substr(0, text.find_first_of(";]"));
  // A type of a function's own is known by its name alone.
  const auto scope = text.rfind(")::");
  const bool plain = scope != std::string_view::npos && text.find('<', scope) == std::string_view::npos;
  return plain && !text.ends_with('>') ? text.substr(scope + 3) : text;
}

template <class T>
[[nodiscard]] constexpr TypeShape shape_of() {
  if constexpr (layout_is_compared<T>) return {type_name<T>(), sizeof(T), &leaves_of<T>};
  return {type_name<T>(), sizeof(T)};
}

template <class K>
[[nodiscard]] constexpr TypeShape key_shape() {
  if constexpr (std::is_same_v<K, std::string>) {
    return {.name = "std::string", .text = true};
  } else {
    static_assert(std::is_trivially_copyable_v<K>, "a key is copied byte by byte");
    static_assert(
        key_bytes_are_defined<K>,
        "this key has padding or floating-point members: equal keys may differ in their bytes, and the kernel "
        "would not find them; make the padding a member, or set bccxx::key_bytes_are_defined");
    return shape_of<K>();
  }
}

template <class V>
[[nodiscard]] constexpr TypeShape value_shape() {
  static_assert(std::is_trivially_copyable_v<V>, "a value is copied byte by byte");
  return shape_of<V>();
}

}  // namespace detail
}  // namespace bccxx
