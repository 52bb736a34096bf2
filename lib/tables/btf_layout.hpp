#pragma once
// The leaves of a BTF type, and whether those of a C++ type can be the same.

#include <bccxx/tables/detail/layout.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

struct btf;

namespace bccxx::detail {

struct BtfLeaf {
  Leaf place;
  std::string name;  ///< the member's, with those it lies in: "key.addr"
};

/// In order. Unions, and what comes after some thousands, are opaque.
[[nodiscard]] std::vector<BtfLeaf> btf_leaves(const btf* types, std::uint32_t id);

/// The first place, in bits, where C++ has another member than BTF; nullopt when there is none.
///
/// Harmless differences are none: padding that one of the two names, enumerations against numbers, pointers against
/// unsigned numbers, arrays of bytes against whatever fills them, bit-fields against the number they are cut from.
[[nodiscard]] std::optional<std::size_t> first_difference(std::span<const Leaf> cpp, std::span<const BtfLeaf> btf);

/// The same for two types of BTF, both of which name their padding: a member in the other's hole is a difference, too.
[[nodiscard]] std::optional<std::size_t> first_difference(std::span<const BtfLeaf> declared,
                                                          std::span<const BtfLeaf> btf);

/// For example "{u32 at 0, char[16] at 4}", and "{u32 pid at 0, char[16] comm at 4}".
[[nodiscard]] std::string describe_layout(std::span<const Leaf> leaves);
[[nodiscard]] std::string describe_layout(std::span<const BtfLeaf> leaves);

}  // namespace bccxx::detail
