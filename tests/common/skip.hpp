#pragma once
// Test cases that cannot be run here say so, and the runner counts them as skipped, not as passed.

#include <string>

namespace bccxx::test {

/// Notes that the running case cannot show anything here, and why; the case returns then. A run of which nothing else
/// is left ends with the status that ctest takes for "skipped".
void skip(const std::string& reason);

}  // namespace bccxx::test
