#pragma once
// The files a program text includes, as far as names in quotes or angle brackets lead outside the compiler. The cache,
// the choice of kernel types and the search for tracepoints all go by this one reading.

#include <bccxx/support/export.hpp>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace bccxx::compiler {

struct IncludedText {
  /// Each name that was asked for, where it was found, and its text; path and text are empty where it was not.
  struct Inclusion {
    std::string name;
    bool quoted = false;
    std::filesystem::path path;
    std::string text;
  };
  std::vector<Inclusion> inclusions;
  /// The folders searched, absolute; they, not the current directory, say what a name means.
  std::vector<std::filesystem::path> folders;
  /// False when there were too many files to follow.
  bool complete = true;
  /// False when a text may include what it does not name.
  bool literal = true;

  /// The texts that were found, one after the other.
  [[nodiscard]] BCCXX_API std::string whole() const;
};

/// Follows the includes of the texts and of every file found, by clang's rules for -I, -iquote, -isystem, -idirafter,
/// -include and -imacros. Texts stand in the folder `base`.
[[nodiscard]] BCCXX_API IncludedText read_included_text(const std::vector<std::string_view>& texts,
                                                        const std::vector<std::string>& flags,
                                                        const std::filesystem::path& base);

}  // namespace bccxx::compiler
