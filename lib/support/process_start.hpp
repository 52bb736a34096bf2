#pragma once
// When a process started: with its pid, that names it for good, although pids are used again.

#include <bccxx/support/export.hpp>

#include <sys/types.h>
#include <cstdint>
#include <optional>

namespace bccxx::support {

/// Field 22 of /proc/PID/stat, in clock ticks since boot; nullopt when there is no such process.
[[nodiscard]] BCCXX_API std::optional<std::uint64_t> process_start(pid_t pid);

}  // namespace bccxx::support
