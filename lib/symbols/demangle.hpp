#pragma once
// C++ and Rust names as their authors wrote them.

#include <bccxx/support/export.hpp>

#include <string>

namespace bccxx::symbols {

/// Whether a name comes from a binary that root or the caller made, or from anybody.
enum class NameOrigin { trusted, anybody };

/// The readable form, or the name itself when it is not mangled or, made by anybody, could grow without bounds.
[[nodiscard]] BCCXX_API std::string demangle(std::string name, NameOrigin origin);

}  // namespace bccxx::symbols
