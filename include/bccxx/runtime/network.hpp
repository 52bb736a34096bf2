#pragma once
// Where on the network a program is attached: device, direction, XDP mode, sockets.

#include <bccxx/support/network_device.hpp>

#include <cstdint>

namespace bccxx {

/// How XDP runs: in the driver, or in the generic path that every device has.
enum class XdpMode {
  automatic,  ///< the driver where it can, else generic
  native,
  generic,
};

/// Which packets of a device a tc program sees.
enum class TcDirection { ingress, egress };

/// When a program of a sockmap or sockhash runs; the values are those of enum bpf_attach_type.
enum class SocketHook : std::uint32_t {
  stream_parser = 4,    ///< to find where a message of a stream ends
  stream_verdict = 5,   ///< for each message received from a stream
  message_verdict = 7,  ///< for each message sent
  verdict = 38,         ///< for what is received, of any kind of socket, as it comes
};

}  // namespace bccxx
