#pragma once
// Attaching to perf events: every so many cycles, nanoseconds, faults.

#include <bccxx/runtime/link.hpp>
#include <bccxx/runtime/perf_sampling.hpp>
#include <bccxx/runtime/program.hpp>
#include <bccxx/support/export.hpp>

#include <cstdint>

struct perf_event_attr;

namespace bccxx::runtime {

/// Attaches a program of type perf_event; one event per CPU unless `how` names one CPU.
///
/// With a pid, children of that process made later are sampled too.
///
/// Throws: std::invalid_argument unless exactly one of period and frequency is given, AttachError when there is no such
///         event or process or the kernel refuses
/// Kernel: 4.9; a bpf_link from 5.15
/// Source: bcc attach_perf_event; `config` keeps all of its 64 bits here
[[nodiscard]] BCCXX_API Link attach_perf_event(const Program& program, std::uint32_t type, std::uint64_t config,
                                               const PerfSampling& how);

/// The same with every attribute of perf_event_open(2); its size is set here.
///
/// Source: bcc attach_perf_event_raw
[[nodiscard]] BCCXX_API Link attach_perf_event_raw(const Program& program, const ::perf_event_attr& event, int pid,
                                                   int cpu, int group);

}  // namespace bccxx::runtime
