#pragma once
// What kernel headers define by other means than types, so that BTF does not know it: a table of our own.

#include <string>
#include <string_view>
#include <vector>

namespace bccxx::worker {

/// One macro or inline function of the kernel.
struct Definition {
  enum class Kind {
    macro,     ///< a constant or a function-like macro
    function,  ///< an inline function
    member,    ///< another name of a member: used only where `tag` has no member of that name itself
  };
  Kind kind = Kind::macro;
  std::string_view name;
  /// C, complete.
  std::string text;
  /// When not empty: holds only if the struct `tag` has (or, with `absent`, lacks) `needed_member`.
  std::string_view tag;
  std::string_view needed_member;
  bool absent = false;
};

/// The table, in the order in which it is written out.
[[nodiscard]] const std::vector<Definition>& kernel_definitions();

/// Reads rows of the table's own notation, see definition_table.hpp.
[[nodiscard]] std::vector<Definition> read_definitions(std::string_view macros, std::string_view functions);

}  // namespace bccxx::worker
