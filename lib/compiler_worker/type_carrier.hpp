#pragma once
// LLVM writes BTF only of texts with a function: those of tables alone get one, which is left out of the object.

#include <string>
#include <string_view>

namespace bccxx::worker {

inline constexpr std::string_view type_carrier_name = "bccxx_carries_types";

/// The function, for a text that seems to have none of its own; empty otherwise.
[[nodiscard]] std::string type_carrier(const std::string& text);

}  // namespace bccxx::worker
