#pragma once
// The rows behind kernel_definitions(), in a notation that is easy to extend.

#include <string_view>

namespace bccxx::worker {

/// One row a line: `NAME value` or `NAME(parameters) value` is a macro.
/// `?tag.member NAME value`: only where the kernel's struct has that member; `?!tag.member`: only where it has not.
/// `.tag NAME value`: another name of a member of struct `tag`, unless the kernel's struct has one of that name.
/// `# …` is a comment.
extern const std::string_view macro_rows;

/// Like macro_rows, for the macros of networking, storage and files.
extern const std::string_view subsystem_rows;

/// Like macro_rows: the numbers of the machine's system calls, as its C library's headers have them, and newer ones.
extern const std::string_view syscall_rows;

/// Inline functions, separated by blank lines. Their results do not depend on the kernel's configuration.
extern const std::string_view function_rows;

}  // namespace bccxx::worker
