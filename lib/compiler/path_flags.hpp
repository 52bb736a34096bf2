#pragma once
// Those of clang's flags that name a file or a folder of the user's.

#include <bccxx/support/export.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace bccxx::compiler {

struct Flag {
  enum class Names {
    nothing,
    quoted_folder,  ///< -iquote: for names in quotes alone
    folder,         ///< -I
    system_folder,  ///< -isystem
    late_folder,    ///< -idirafter
    file,           ///< -include, -imacros: read before the text
  };
  Names names = Names::nothing;
  std::string spelling;  ///< without the path
  std::string path;
  bool joined = false;  ///< the path follows in the same word
};

[[nodiscard]] BCCXX_API std::vector<Flag> parse_flags(const std::vector<std::string>& words);

/// The words that mean the same whatever the current directory is: paths start from `base`. The name of a file that
/// is not there stays, for clang to look for it in the folders.
[[nodiscard]] BCCXX_API std::vector<std::string> absolute_flags(const std::vector<std::string>& words,
                                                                const std::filesystem::path& base);

}  // namespace bccxx::compiler
