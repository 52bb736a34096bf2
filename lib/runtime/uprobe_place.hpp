#pragma once
// From what a user names to an offset in a file.

#include "symbols/binary.hpp"

#include <bccxx/runtime/uprobe.hpp>
#include <bccxx/support/export.hpp>

#include <string>
#include <vector>

namespace bccxx::runtime {

/// A place, with its file held open.
struct OpenedPlace {
  UprobePlace place;
  symbols::Binary binary;
};

/// Throws: NotFound for the binary or the function (with the nearest names), SystemError when the binary cannot be
///         read, NotSupported for an indirect function that no process has resolved, std::invalid_argument when
///         neither or both of symbol and address are given
[[nodiscard]] BCCXX_API OpenedPlace open_uprobe_place(const UprobeTarget& target);
[[nodiscard]] inline UprobePlace resolve_uprobe(const UprobeTarget& target) { return open_uprobe_place(target).place; }

struct UserFunction {
  std::string name;
  std::uint64_t address = 0;  ///< before relocation
};

/// The functions of a binary whose name begins with a match of the regular expression, by address.
///
/// Throws: NotFound for the binary, std::regex_error, SystemError
/// Source: bcc get_user_functions_and_addresses
[[nodiscard]] BCCXX_API std::vector<UserFunction> get_user_functions_and_addresses(const std::string& binary,
                                                                                   const std::string& expression);
/// Their names alone, sorted, each once.
[[nodiscard]] BCCXX_API std::vector<std::string> get_user_functions(const std::string& binary,
                                                                    const std::string& expression);

}  // namespace bccxx::runtime
