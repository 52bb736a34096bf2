// Blocking calls, since the process has nothing else to do; the watch over the tracer has a thread of its own.

#include "compiler_worker/peer/peer.hpp"

#include "compiler/protocol.hpp"
#include "support/signals_blocked.hpp"
#include "support/system_call.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <stdexcept>
#include <thread>

namespace bccxx::worker {

std::vector<std::byte> receive_message(int fd) {
  std::vector<std::byte> bytes;
  std::array<std::byte, 16384> block{};
  for (std::size_t size = 0; size == 0 || bytes.size() < size; size = compiler::message_size(bytes)) {
    const auto want = size == 0 ? block.size() : std::min(block.size(), size - bytes.size());
    const auto n = ::recv(fd, block.data(), want, 0);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) support::fail(errno, "receive", "message");
    if (n == 0) throw std::runtime_error("the stream ends inside a message");
    bytes.insert(bytes.end(), block.begin(), block.begin() + n);
  }
  return bytes;
}

void send_message(int fd, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const auto n = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) support::fail(errno, "send", "message");
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
}

void exit_with_peer(int fd) {
  const support::SignalsBlocked blocked;
  std::thread([fd] {
    // With no events asked for, poll returns only when the other end is gone.
    pollfd watched{fd, 0, 0};
    while (::poll(&watched, 1, -1) < 0 && errno == EINTR) {
    }
    if (::getpgrp() == ::getpid()) ::kill(0, SIGKILL);
    ::_exit(1);
  }).detach();
}

}  // namespace bccxx::worker
