#pragma once
// What every kernel header tree starts with, whatever the text.

#include <string>

namespace bccxx::worker {

/// The integer types that libbcc's own headers build on. They are the same on every kernel.
[[nodiscard]] std::string base_header();

/// What the kernel's build passes to every file.
[[nodiscard]] std::string kconfig_header();

/// LINUX_VERSION_CODE, HZ and what else is a number of one kernel. An empty release means the running kernel's.
[[nodiscard]] std::string version_header(const std::string& release);

}  // namespace bccxx::worker
