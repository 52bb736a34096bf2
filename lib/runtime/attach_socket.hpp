#pragma once
// Attaching to sockets: a raw socket of our own, and those in a sockmap.

#include <bccxx/runtime/link.hpp>
#include <bccxx/runtime/network.hpp>
#include <bccxx/runtime/program.hpp>
#include <bccxx/support/export.hpp>
#include <bccxx/tables/table_base.hpp>

namespace bccxx::runtime {

/// Opens a non-blocking raw packet socket, on all devices of the namespace for an empty name, with a program of type
/// socket_filter before it. The link's fd() is the socket; it closes with the link.
///
/// Throws: AttachError
/// Source: bcc attach_raw_socket, whose socket also has what came before the filter
[[nodiscard]] BCCXX_API Link attach_raw_socket(const Program& program, const NetworkDevice& device);

/// Attaches a program of type sk_skb or sk_msg to a sockmap or sockhash. A socket has the programs that its table had
/// when it was put there, and keeps them until it is removed.
///
/// Throws: AttachError
/// Kernel: 4.14 (streams), 4.17 (messages), 5.13 (SocketHook::verdict)
/// Source: bcc attach_func
[[nodiscard]] BCCXX_API Link attach_sockets(const Program& program, const TableBase& sockets, SocketHook hook);

}  // namespace bccxx::runtime
