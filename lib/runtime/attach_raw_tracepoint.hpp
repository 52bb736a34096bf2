#pragma once
// Attaching to raw tracepoints, and programs that name their own place in the kernel.

#include <bccxx/runtime/link.hpp>
#include <bccxx/runtime/program.hpp>
#include <bccxx/support/export.hpp>

#include <string>

namespace bccxx::runtime {

/// Attaches a program of type raw_tracepoint to `event`, a tracepoint's name without its category.
///
/// Throws: AttachError when there is no such tracepoint (with the nearest names) or the kernel refuses
/// Kernel: 4.17
/// Source: bcc attach_raw_tracepoint
[[nodiscard]] BCCXX_API Link attach_raw_tracepoint(const Program& program, const std::string& event);

/// Attaches a program of type tracing or lsm where its load said: fentry, fexit, fmod_ret, LSM hook, BTF raw
/// tracepoint. `target` is for messages alone.
///
/// Throws: AttachError when the kernel refuses
/// Kernel: 5.5; 5.7 for fmod_ret and LSM
[[nodiscard]] BCCXX_API Link attach_trampoline(const Program& program, AttachVia via, const std::string& target);

/// Attaches a program of type tracing whose load said iterator.
///
/// Throws: AttachError when the kernel refuses
/// Kernel: 5.8
[[nodiscard]] BCCXX_API Link attach_iterator(const Program& program, const std::string& target);

}  // namespace bccxx::runtime
