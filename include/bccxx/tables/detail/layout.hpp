#pragma once
// The members of a C++ type, found without help of its author, so that they can be compared with BTF.

#include <bccxx/support/export.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace bccxx {

/// Set to false for a type of keys or values whose members need not be those that BTF says the map has. Its size is
/// compared nevertheless.
///
/// Example: template <> inline constexpr bool bccxx::layout_is_compared<MyValue> = false;
template <class T>
inline constexpr bool layout_is_compared = true;

namespace detail {

/// What lies at one place of a type that has no parts of its own.
enum class LeafKind : std::uint8_t {
  signed_integer,
  unsigned_integer,
  enumeration,
  floating,
  pointer,
  byte,     ///< any number of one byte
  boolean,  ///< its first bit alone is known
  text,     ///< an array of char
  bytes,    ///< an array of other bytes
  opaque,   ///< unions, classes with private members, and whatever else shall not be compared
};

/// Units: bits
struct Leaf {
  std::size_t offset = 0;
  std::size_t width = 0;
  LeafKind kind = LeafKind::opaque;
  bool bit_field = false;
  bool continues = false;  ///< an element of an array, but not its first

  [[nodiscard]] constexpr std::size_t end() const noexcept { return offset + width; }
};

/// The leaves of a type in order. What comes after some thousands is opaque.
class BCCXX_API Leaves {
 public:
  void add(const Leaf& leaf);
  [[nodiscard]] bool full() const noexcept { return leaves_.size() >= most; }
  [[nodiscard]] std::span<const Leaf> all() const noexcept { return leaves_; }

 private:
  static constexpr std::size_t most = 4096;
  std::vector<Leaf> leaves_;
};

/// Turns into a member of any type, into one that is a union, or into a base class of T.
struct AnyMember {
  template <class U>
  operator U() const noexcept;  // NOLINT(google-explicit-constructor)
};
struct UnionMember {
  template <class U>
  requires std::is_union_v<U>
  operator U() const noexcept;  // NOLINT(google-explicit-constructor)
};
template <class T>
struct BaseOf {
  template <class U>
  requires(std::is_base_of_v<U, T> && !std::is_same_v<U, T>) operator U()
      const noexcept;  // NOLINT(google-explicit-constructor)
};
template <std::size_t>
using AnyMemberAt = AnyMember;

/// Whether member number sizeof...(I) is a union itself, not something that starts with one.
template <class T, std::size_t... I>
[[nodiscard]] constexpr bool is_union_at(std::index_sequence<I...>) {
  return requires { T{{AnyMemberAt<I>{}}..., UnionMember{}}; }
  &&!requires { T{{AnyMemberAt<I>{}}..., {UnionMember{}}}; };
}
template <class T, std::size_t... I>
[[nodiscard]] constexpr bool has_union(std::index_sequence<I...>) {
  return (is_union_at<T>(std::make_index_sequence<I>{}) || ...);
}
/// Whether T can be bound to as many names as it has members: an anonymous union cannot, and cannot be told from
/// another.
template <class T, std::size_t... I>
[[nodiscard]] constexpr bool can_be_bound(std::index_sequence<I...> members) {
  return requires { T{{AnyMemberAt<I>{}}...}; }
  &&!has_union<T>(members);
}

template <class T>
concept TupleLike = requires {
  std::tuple_size<T>::value;
};

template <class T>
inline constexpr bool is_std_array = false;
template <class T, std::size_t N>
inline constexpr bool is_std_array<std::array<T, N>> = true;

/// A class whose members may be found; whether they can is only known when they are counted.
template <class T>
concept MayBeEnumerated = std::is_class_v<T> && std::is_aggregate_v<T> && std::is_trivially_copyable_v<T> &&
                          std::is_default_constructible_v<T> && layout_is_compared<T> && !TupleLike<T> &&
                          !requires {
  T{BaseOf<T>{}};
};

template <class T>
[[nodiscard]] constexpr bool is_byte() {
  if constexpr (std::is_same_v<T, bool>) return false;
  return (std::is_integral_v<T> || std::is_enum_v<T>)&&sizeof(T) == 1;
}

template <class T>
[[nodiscard]] constexpr LeafKind scalar_kind() {
  if constexpr (!layout_is_compared<T>) return LeafKind::opaque;
  if constexpr (std::is_same_v<T, bool>) return LeafKind::boolean;
  if constexpr (is_byte<T>()) return LeafKind::byte;
  if constexpr (std::is_enum_v<T>) return LeafKind::enumeration;
  if constexpr (std::is_floating_point_v<T>) return LeafKind::floating;
  if constexpr (std::is_pointer_v<T>) return LeafKind::pointer;
  if constexpr (std::is_integral_v<T>) {
    return std::is_signed_v<T> ? LeafKind::signed_integer : LeafKind::unsigned_integer;
  }
  return LeafKind::opaque;
}

template <class T>
void add_leaves(Leaves& to, std::size_t offset, bool continues = false);

/// The bits that are set in `size` bytes from `memory` on, first and last; a leaf of kind opaque.
[[nodiscard]] BCCXX_API Leaf set_bits(const void* memory, std::size_t size) noexcept;

/// Finds the members of an object all of whose bytes are zero.
template <class T>
class MemberFinder {
 public:
  MemberFinder(Leaves& to, std::size_t offset) : to_(to), offset_(offset), object_(new T{}) {
    std::memset(static_cast<void*>(object_.get()), 0, sizeof(T));
  }

  /// False when the members cannot be enumerated.
  bool find();

 private:
  [[nodiscard]] T& object() noexcept { return *object_; }

  template <class Member>
  void found_at(const void* member) {
    const auto at = static_cast<const std::byte*>(member) - reinterpret_cast<const std::byte*>(object_.get());
    add_leaves<std::remove_cv_t<Member>>(to_, offset_ + static_cast<std::size_t>(at));
  }
  /// A number may be a bit-field, which has no address: its bits are those that the program has just set.
  template <class Member>
  void found_set() {
    auto leaf = set_bits(object_.get(), sizeof(T));
    leaf.offset += offset_ * 8;
    leaf.kind = scalar_kind<Member>();
    leaf.bit_field = leaf.kind != LeafKind::boolean && leaf.width != sizeof(Member) * 8;
    to_.add(leaf);
  }

  Leaves& to_;
  std::size_t offset_;
  std::unique_ptr<T> object_;
};

template <class T>
inline constexpr bool may_be_bit_field = !std::is_const_v<T> && (std::is_integral_v<T> || std::is_enum_v<T>);

// C++20 gives names to members only where their number is written out.
// NOLINTBEGIN(cppcoreguidelines-macro-usage)
#define BCCXX_PARENTHESES ()
#define BCCXX_EXPAND(...) BCCXX_EXPAND3(BCCXX_EXPAND3(BCCXX_EXPAND3(BCCXX_EXPAND3(__VA_ARGS__))))
#define BCCXX_EXPAND3(...) BCCXX_EXPAND2(BCCXX_EXPAND2(BCCXX_EXPAND2(__VA_ARGS__)))
#define BCCXX_EXPAND2(...) BCCXX_EXPAND1(BCCXX_EXPAND1(BCCXX_EXPAND1(__VA_ARGS__)))
#define BCCXX_EXPAND1(...) __VA_ARGS__
#define BCCXX_EACH(macro, ...) __VA_OPT__(BCCXX_EXPAND(BCCXX_EACH_NEXT(macro, __VA_ARGS__)))
#define BCCXX_EACH_NEXT(macro, first, ...) \
  macro(first) __VA_OPT__(BCCXX_EACH_AGAIN BCCXX_PARENTHESES(macro, __VA_ARGS__))
#define BCCXX_EACH_AGAIN() BCCXX_EACH_NEXT
#define BCCXX_BRACES(member) {},
#define BCCXX_FIND(member)                             \
  if constexpr (!may_be_bit_field<decltype(member)>) { \
    found_at<decltype(member)>(&member);               \
  } else {                                             \
    member = static_cast<decltype(member)>(-1);        \
    found_set<decltype(member)>();                     \
    member = static_cast<decltype(member)>(0);         \
  }
#define BCCXX_MEMBERS(number, ...)                                                      \
  if constexpr (requires { T{BCCXX_EACH(BCCXX_BRACES, __VA_ARGS__)}; }) {               \
    if constexpr (requires { T{BCCXX_EACH(BCCXX_BRACES, __VA_ARGS__) AnyMember{}}; } || \
                  !can_be_bound<T>(std::make_index_sequence<number>{})) {               \
      return false;                                                                     \
    } else {                                                                            \
      auto& [__VA_ARGS__] = object();                                                   \
      BCCXX_EACH(BCCXX_FIND, __VA_ARGS__)                                               \
      return true;                                                                      \
    }                                                                                   \
  } else
// NOLINTEND(cppcoreguidelines-macro-usage)

// All ones are what a bit-field shall be cut from.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Woverflow"
// clang-format off
template <class T>
bool MemberFinder<T>::find() {
  BCCXX_MEMBERS(32, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z, aa, bb, cc, dd, ee, ff)
  BCCXX_MEMBERS(31, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z, aa, bb, cc, dd, ee)
  BCCXX_MEMBERS(30, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z, aa, bb, cc, dd)
  BCCXX_MEMBERS(29, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z, aa, bb, cc)
  BCCXX_MEMBERS(28, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z, aa, bb)
  BCCXX_MEMBERS(27, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z, aa)
  BCCXX_MEMBERS(26, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z)
  BCCXX_MEMBERS(25, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y)
  BCCXX_MEMBERS(24, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x)
  BCCXX_MEMBERS(23, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w)
  BCCXX_MEMBERS(22, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v)
  BCCXX_MEMBERS(21, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u)
  BCCXX_MEMBERS(20, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t)
  BCCXX_MEMBERS(19, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s)
  BCCXX_MEMBERS(18, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r)
  BCCXX_MEMBERS(17, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q)
  BCCXX_MEMBERS(16, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p)
  BCCXX_MEMBERS(15, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o)
  BCCXX_MEMBERS(14, a, b, c, d, e, f, g, h, i, j, k, l, m, n)
  BCCXX_MEMBERS(13, a, b, c, d, e, f, g, h, i, j, k, l, m)
  BCCXX_MEMBERS(12, a, b, c, d, e, f, g, h, i, j, k, l)
  BCCXX_MEMBERS(11, a, b, c, d, e, f, g, h, i, j, k)
  BCCXX_MEMBERS(10, a, b, c, d, e, f, g, h, i, j)
  BCCXX_MEMBERS(9, a, b, c, d, e, f, g, h, i)
  BCCXX_MEMBERS(8, a, b, c, d, e, f, g, h)
  BCCXX_MEMBERS(7, a, b, c, d, e, f, g)
  BCCXX_MEMBERS(6, a, b, c, d, e, f)
  BCCXX_MEMBERS(5, a, b, c, d, e)
  BCCXX_MEMBERS(4, a, b, c, d)
  BCCXX_MEMBERS(3, a, b, c)
  BCCXX_MEMBERS(2, a, b)
  BCCXX_MEMBERS(1, a)
  return false;
}
// clang-format on
#pragma GCC diagnostic pop

#undef BCCXX_MEMBERS
#undef BCCXX_FIND
#undef BCCXX_BRACES
#undef BCCXX_EACH_AGAIN
#undef BCCXX_EACH_NEXT
#undef BCCXX_EACH
#undef BCCXX_EXPAND1
#undef BCCXX_EXPAND2
#undef BCCXX_EXPAND3
#undef BCCXX_EXPAND
#undef BCCXX_PARENTHESES

template <class Element>
void add_array(Leaves& to, std::size_t offset, std::size_t count) {
  using Innermost = std::remove_cv_t<std::remove_all_extents_t<Element>>;
  if constexpr (is_byte<Innermost>() && layout_is_compared<Innermost>) {
    const auto kind = std::is_same_v<Innermost, char> ? LeafKind::text : LeafKind::bytes;
    to.add({.offset = offset * 8, .width = count * sizeof(Element) * 8, .kind = kind});
  } else {
    for (std::size_t i = 0; i < count; ++i) {
      if (to.full())
        return to.add({.offset = (offset + i * sizeof(Element)) * 8, .width = (count - i) * sizeof(Element) * 8});
      add_leaves<std::remove_cv_t<Element>>(to, offset + i * sizeof(Element), i > 0);
    }
  }
}

template <class T>
void add_leaves(Leaves& to, std::size_t offset, bool continues) {
  if constexpr (std::is_array_v<T>) {
    add_array<std::remove_extent_t<T>>(to, offset, std::extent_v<T>);
  } else if constexpr (is_std_array<T> && layout_is_compared<T>) {
    add_array<typename T::value_type>(to, offset, std::tuple_size_v<T>);
  } else if constexpr (MayBeEnumerated<T>) {
    if (!MemberFinder<T>(to, offset).find()) to.add({.offset = offset * 8, .width = sizeof(T) * 8});
  } else {
    const auto width = std::is_same_v<T, bool> ? 1 : sizeof(T) * 8;
    to.add({.offset = offset * 8, .width = width, .kind = scalar_kind<T>(), .continues = continues});
  }
}

template <class T>
[[nodiscard]] const Leaves& leaves_of() {
  static const Leaves leaves = [] {
    Leaves found;
    add_leaves<std::remove_cv_t<T>>(found, 0);
    return found;
  }();
  return leaves;
}

}  // namespace detail
}  // namespace bccxx
