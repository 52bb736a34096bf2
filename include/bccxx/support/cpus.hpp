#pragma once
// Which CPUs the kernel may ever have, and which are running now.

#include <bccxx/support/export.hpp>

#include <cstddef>
#include <vector>

namespace bccxx {

/// How many CPUs the kernel has room for; per-CPU map values have one element for each.
///
/// Returns: at least 1
/// Throws:  SystemError when /sys/devices/system/cpu/possible cannot be read
/// Source:  libbpf libbpf_num_possible_cpus; ids above the online ones exist on hot-plug machines
[[nodiscard]] BCCXX_API std::size_t possible_cpus();

/// The ids of the CPUs that are online now, ascending; they need not be consecutive.
///
/// Throws: SystemError when /sys/devices/system/cpu/online cannot be read
/// Source: bcc get_online_cpus
[[nodiscard]] BCCXX_API std::vector<int> online_cpus();

}  // namespace bccxx
