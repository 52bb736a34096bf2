// A socket that does not block, so that the rounds go on while nobody connects.

#include "loopback_listener.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace programs {
namespace {

void check(int result, const char* what) {
  if (result != 0) throw std::system_error(errno, std::generic_category(), what);
}

}  // namespace

bool LoopbackListener::Connection::ended() const {
  char byte = 0;
  return recv(socket.get(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

LoopbackListener::LoopbackListener(int port) : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* const raw = reinterpret_cast<sockaddr*>(&address);
  socklen_t size = sizeof address;
  check(bind(fd(), raw, size), "bind");
  check(listen(fd(), 8), "listen");
  check(getsockname(fd(), raw, &size), "getsockname");
  port_ = ntohs(address.sin_port);
}

std::optional<LoopbackListener::Connection> LoopbackListener::accept() const {
  sockaddr_in client = {};
  socklen_t size = sizeof client;
  bccxx::UniqueFd socket(accept4(fd(), reinterpret_cast<sockaddr*>(&client), &size, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (!socket) return std::nullopt;
  return Connection{std::move(socket), ntohs(client.sin_port)};
}

}  // namespace programs
