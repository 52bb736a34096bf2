#pragma once
// Sockets that may be redirected.

#include <bccxx/support/unique_fd.hpp>

#include <catch2/catch.hpp>

#include <netinet/in.h>
#include <sys/socket.h>

namespace live {

/// A connected pair over loopback, since only established sockets may be redirected.
struct Connection {
  bccxx::UniqueFd listener = bccxx::UniqueFd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  bccxx::UniqueFd client = bccxx::UniqueFd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  bccxx::UniqueFd server;

  Connection() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    REQUIRE(::bind(listener.get(), any, length) == 0);
    REQUIRE(::listen(listener.get(), 1) == 0);
    REQUIRE(::getsockname(listener.get(), any, &length) == 0);
    REQUIRE(::connect(client.get(), any, length) == 0);
    server = bccxx::UniqueFd(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
    REQUIRE(server);
  }
};

}  // namespace live
