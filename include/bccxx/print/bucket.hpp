#pragma once
// The bucket and the slot inside a histogram's key, and the bucket as bcc's Python shows it.

#include <bccxx/support/export.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

namespace bccxx {

/// A bucket as JSON has it.
using JsonBucket = std::variant<std::int64_t, std::uint64_t, double, std::string>;

/// A bucket of text (as Python's str) and of bytes up to the first NUL (as Python's bytes), quoted as Python quotes
/// them.
[[nodiscard]] BCCXX_API std::string bucket_repr(std::string_view text);
[[nodiscard]] BCCXX_API std::string bucket_repr_bytes(std::string_view bytes);
[[nodiscard]] BCCXX_API std::string bucket_repr(double number);

namespace detail {

template <class T>
struct IsCharArray : std::false_type {};
template <std::size_t N>
struct IsCharArray<std::array<char, N>> : std::true_type {};
template <std::size_t N>
struct IsCharArray<std::array<unsigned char, N>> : std::true_type {};

template <class T>
concept Structure = std::is_class_v<T> && std::is_aggregate_v<T> && !IsCharArray<T>::value;

template <class T>
std::string_view text_of(const T& chars) {
  const std::string_view all(reinterpret_cast<const char*>(chars.data()), chars.size());
  return all.substr(0, all.find('\0'));
}

// A key's array member as a value that can be copied and compared.
template <class T>
T member_value(const T& member) {
  return member;
}
template <class T, std::size_t N>
std::array<T, N> member_value(const T (&member)[N]) {
  return std::to_array(member);
}

// Members by position; a third is looked at only when the second is named as padding.
template <class Key>
auto first_members(const Key& key) {
  if constexpr (requires { key.slot; }) {
    if constexpr (requires { Key{{}, {}, {}, {}}; }) {
      const auto& [first, second, third, fourth] = key;
      return std::pair(member_value(first), key.slot);
    } else if constexpr (requires { Key{{}, {}, {}}; }) {
      const auto& [first, second, third] = key;
      return std::pair(member_value(first), key.slot);
    } else {
      const auto& [first, second] = key;
      return std::pair(member_value(first), key.slot);
    }
  } else if constexpr (requires { Key{{}, {}, {}}; }) {
    static_assert(
        requires { key.pad; } || requires { key.__pad_1; } || requires { key.padding; },
        "a histogram key of three members needs one named slot, or its second named pad");
    const auto& [first, second, third] = key;
    return std::pair(member_value(first), third);
  } else {
    const auto& [first, second] = key;
    return std::pair(member_value(first), second);
  }
}

}  // namespace detail

/// A key that is a struct has a bucket and a slot; any other key is the slot.
template <class Key>
inline constexpr bool has_bucket = detail::Structure<Key>;

/// The bucket (the first member) and the slot of a key: the member named `slot`, else the second, else the third when
/// the second is padding (`pad`, `padding`, `__pad_1`). An array member comes as std::array.
///
/// Source: bcc decode_c_struct
template <class Key>
requires has_bucket<Key>
[[nodiscard]] auto bucket_and_slot(const Key& key) { return detail::first_members(key); }

/// The type of a key's bucket.
template <class Key>
using BucketOf = std::remove_cvref_t<decltype(bucket_and_slot(std::declval<const Key&>()).first)>;

/// A bucket as Python's repr shows it, which is what bcc prints when there is no section_print_fn.
template <class Bucket>
[[nodiscard]] std::string show_bucket(const Bucket& bucket) {
  if constexpr (std::same_as<Bucket, bool>) {
    return bucket ? "True" : "False";
  } else if constexpr (std::is_enum_v<Bucket>) {
    return std::to_string(static_cast<std::underlying_type_t<Bucket>>(bucket));
  } else if constexpr (std::integral<Bucket>) {
    return std::to_string(bucket);
  } else if constexpr (std::floating_point<Bucket>) {
    return bucket_repr(static_cast<double>(bucket));
  } else if constexpr (std::convertible_to<Bucket, std::string_view>) {
    return bucket_repr(std::string_view(bucket));
  } else {
    static_assert(detail::IsCharArray<Bucket>::value, "give a section_print_fn or a bucket_fn for this bucket");
    return bucket_repr_bytes(detail::text_of(bucket));
  }
}

/// Whether show_bucket and json_bucket can do without help.
template <class Bucket>
inline constexpr bool bucket_is_printable =
    std::is_arithmetic_v<Bucket> || std::is_enum_v<Bucket> || std::convertible_to<Bucket, std::string_view> ||
    detail::IsCharArray<Bucket>::value;

/// A bucket as JSON has it: numbers stay numbers.
template <class Bucket>
requires bucket_is_printable<Bucket>
[[nodiscard]] JsonBucket json_bucket(const Bucket& bucket) {
  if constexpr (std::is_enum_v<Bucket>) {
    return json_bucket(static_cast<std::underlying_type_t<Bucket>>(bucket));
  } else if constexpr (std::unsigned_integral<Bucket>) {
    return static_cast<std::uint64_t>(bucket);
  } else if constexpr (std::integral<Bucket>) {
    return static_cast<std::int64_t>(bucket);
  } else if constexpr (std::floating_point<Bucket>) {
    return static_cast<double>(bucket);
  } else if constexpr (std::convertible_to<Bucket, std::string_view>) {
    return std::string(std::string_view(bucket));
  } else {
    return std::string(detail::text_of(bucket));
  }
}

}  // namespace bccxx
