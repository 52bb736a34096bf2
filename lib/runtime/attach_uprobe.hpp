#pragma once
// Attaching to functions of user programs.

#include "runtime/usdt_state.hpp"

#include <bccxx/runtime/link.hpp>
#include <bccxx/runtime/program.hpp>
#include <bccxx/runtime/uprobe.hpp>
#include <bccxx/support/export.hpp>

#include <functional>

namespace bccxx::runtime {

/// Hears where a probe goes, before it is attached.
using UprobeListener = std::function<void(const UprobePlace&)>;

/// Attaches a program of type kprobe where a function begins, or at an offset or address.
///
/// Throws: AttachError when the binary, the function or the process is not there or the kernel refuses,
///         std::invalid_argument when neither or both of symbol and address are given
/// Kernel: 4.17 (the uprobe PMU); a bpf_link from 5.15. Kernels with the fix of CVE-2025-38466 want CAP_SYS_ADMIN
/// Source: bcc attach_uprobe, which probes the resolver of an indirect function; here it is the implementation in use
[[nodiscard]] BCCXX_API Link attach_uprobe(const Program& program, const UprobeTarget& target,
                                           const UprobeListener& listener = {});

/// Attaches a program of type kprobe where a function returns.
[[nodiscard]] BCCXX_API Link attach_uretprobe(const Program& program, const UprobeTarget& target,
                                              const UprobeListener& listener = {});

/// Attaches a program of type kprobe to one place of a USDT probe; the kernel counts the probe's semaphore meanwhile.
///
/// Throws: AttachError
/// Kernel: 4.20 for a semaphore, 5.15 for a cookie
[[nodiscard]] BCCXX_API Link attach_usdt(const Program& program, const UsdtBinary& binary, const UsdtProbe& probe,
                                         const UsdtLocation& location, int pid, std::uint64_t cookie);

}  // namespace bccxx::runtime
