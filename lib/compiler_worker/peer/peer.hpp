#pragma once
// The compiler process's side of the socket: read one request, write one answer, do not outlive the tracer.

#include <cstddef>
#include <span>
#include <vector>

namespace bccxx::worker {

/// Reads one whole message from a blocking stream socket.
///
/// Throws: SystemError; std::runtime_error when the stream ends early or holds something else
[[nodiscard]] std::vector<std::byte> receive_message(int fd);

/// Writes one message to a blocking stream socket, without SIGPIPE.
///
/// Throws: SystemError
void send_message(int fd, std::span<const std::byte> bytes);

/// Ends this process, and its process group when it leads one, as soon as the other end of `fd` is gone.
/// Watches from a thread of its own that blocks all signals.
void exit_with_peer(int fd);

}  // namespace bccxx::worker
