#pragma once
// Keeps the cache's directory small: what was used longest ago goes first, and so does what a dead process left.

#include <cstdint>

namespace bccxx::compiler {

inline constexpr const char* new_file_prefix = ".new-";
inline constexpr const char* lock_file_name = ".lock";

/// Removes entries until the rest fits into `max_size`, and new files whose makers have died. Touches nothing else.
void tidy_shelf(int directory, std::uint64_t max_size);

}  // namespace bccxx::compiler
