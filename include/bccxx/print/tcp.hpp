#pragma once
// The kernel's numbers of TCP as people write them.

#include <bccxx/support/export.hpp>

#include <cstdint>
#include <string>

namespace bccxx {

/// "ESTABLISHED" for 1, "LISTEN" for 10; "[unknown: N]" for a state there is not.
///
/// Source: bcc tcp.tcpstate
[[nodiscard]] BCCXX_API std::string tcp_state(int state);

/// The flags in the thirteenth byte after a TCP header's start, from FIN to CWR: "SYN|ACK".
///
/// Source: bcc tcp.flags2str
[[nodiscard]] BCCXX_API std::string tcp_flags(std::uint8_t flags);

}  // namespace bccxx
