#pragma once
// Hanging programs on perf events.

#include "support/perf_event.hpp"

#include <bccxx/runtime/link.hpp>
#include <bccxx/runtime/program.hpp>
#include <bccxx/support/unique_fd.hpp>

#include <optional>
#include <string>

namespace bccxx::runtime {

using support::open_perf_event;

/// Runs `program` on each hit of the event and switches the event on.
///
/// Returns: the descriptor that keeps it so (a bpf_link where the kernel has them for perf events, else the event)
/// Throws:  AttachError with the errno of bpf(2) or ioctl(2)
[[nodiscard]] UniqueFd run_on_event(UniqueFd event, const Program& program, AttachVia via, const std::string& target,
                                    std::uint64_t cookie = 0);

/// The type number of a dynamic PMU such as "kprobe" or "uprobe"; nullopt when the kernel has none of that name.
[[nodiscard]] std::optional<std::uint32_t> pmu_type(const std::string& pmu);

/// The first bit of a PMU's named field in `config`, for example "retprobe" of "uprobe".
[[nodiscard]] std::optional<unsigned> pmu_format_bit(const std::string& pmu, const std::string& field);

/// A CPU to put a per-event (not per-CPU) probe on: CPU 0 may be offline.
[[nodiscard]] int any_online_cpu();

}  // namespace bccxx::runtime
