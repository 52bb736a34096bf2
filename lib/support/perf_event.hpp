#pragma once
// perf_event_open(2), which libc has no name for.

#include <bccxx/support/export.hpp>
#include <bccxx/support/unique_fd.hpp>

#include <linux/perf_event.h>

namespace bccxx::support {

/// perf_event_open(2), closed on exec. Fills in the size of the attributes.
///
/// Returns: a descriptor, or an empty one with errno set
[[nodiscard]] BCCXX_API UniqueFd open_perf_event(perf_event_attr& attributes, int pid, int cpu,
                                                 int group = -1) noexcept;

}  // namespace bccxx::support
