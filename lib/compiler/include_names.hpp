#pragma once
// What a C text asks to include, by name.

#include <bccxx/support/export.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace bccxx::compiler {

struct IncludeName {
  std::string text;
  bool quoted = false;  ///< "name" rather than <name>
  bool next = false;    ///< #include_next: any of the files of that name may be meant
};

struct IncludeNames {
  std::vector<IncludeName> names;
  /// False when an #include may be there whose name the text does not show, such as that of a macro.
  bool literal = true;
};

/// The names of #include, #include_next, #import and __has_include. Not a preprocessor: those in comments and in
/// branches not taken are among them.
[[nodiscard]] BCCXX_API IncludeNames include_names(std::string_view text);

}  // namespace bccxx::compiler
