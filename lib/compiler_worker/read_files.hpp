#pragma once
// Which files decided the bytes of an object.

#include <filesystem>
#include <string>
#include <vector>

namespace bccxx::worker {

/// This process's shared libraries, the compiler among them.
[[nodiscard]] std::vector<std::string> loaded_libraries();

/// The prerequisites of the makefile rule clang writes, without those below `own` and those that exist only within
/// libbcc.
[[nodiscard]] std::vector<std::string> prerequisites(const std::string& rule, const std::filesystem::path& own);

/// The GNU build id of the running kernel, in hex; empty where its notes do not have it.
[[nodiscard]] std::string running_build_id();

}  // namespace bccxx::worker
