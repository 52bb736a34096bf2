#pragma once
// Attaching to network devices: XDP and tc.

#include <bccxx/runtime/link.hpp>
#include <bccxx/runtime/network.hpp>
#include <bccxx/runtime/program.hpp>
#include <bccxx/support/export.hpp>

namespace bccxx::runtime {

/// Attaches a program of type xdp to a device by a link, which ends with its owner.
///
/// Throws: AttachError when there is no such device in the namespace, another program holds it, or the mode is not
/// there Kernel: 5.9 (bpf_link for XDP) Source: bcc attach_xdp, which attaches through netlink and leaves the program
/// behind
[[nodiscard]] BCCXX_API Link attach_xdp(const Program& program, const NetworkDevice& device,
                                        XdpMode mode = XdpMode::automatic);

/// How a tc program is attached.
enum class TcWay { automatic, tcx, clsact };

/// Attaches a program of type sched_cls to a device: by a tcx link, or through clsact where the kernel has no tcx.
///
/// With clsact the filter goes when the link goes or its process, and the qdisc that was made for it with the last such
/// link, unless others put filters there. Guardian is how; who kills the guardian and the process leaves both behind.
///
/// Throws: AttachError
/// Kernel: 6.6 (tcx), 4.5 (clsact)
[[nodiscard]] BCCXX_API Link attach_tc(const Program& program, const NetworkDevice& device, TcDirection direction,
                                       TcWay way = TcWay::automatic);

}  // namespace bccxx::runtime
