#pragma once
// Attaching to tracepoints.

#include <bccxx/runtime/link.hpp>
#include <bccxx/runtime/program.hpp>
#include <bccxx/support/export.hpp>

#include <string>

namespace bccxx::runtime {

/// Attaches a program of type tracepoint to `event`, which is "category:event".
///
/// Throws: AttachError when there is no such tracepoint (with the nearest names) or the kernel refuses, SystemError
///         when tracefs is not mounted
/// Kernel: 4.7 (BPF_PROG_TYPE_TRACEPOINT); a bpf_link from 5.15
/// Source: bcc attach_tracepoint
[[nodiscard]] BCCXX_API Link attach_tracepoint(const Program& program, const std::string& event);

}  // namespace bccxx::runtime
