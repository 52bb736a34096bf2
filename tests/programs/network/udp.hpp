#pragma once
// A UDP socket in a namespace, connected to one sender.

#include <bccxx/support/network_device.hpp>
#include <bccxx/support/unique_fd.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>

namespace programs_test {

struct Address {
  std::string host;
  std::uint16_t port;
};

class UdpSocket {
 public:
  UdpSocket(const std::string& network_namespace, const Address& local, const Address& peer) {
    const auto mine = raw(local);
    const auto theirs = raw(peer);
    bccxx::in_network_namespace(network_namespace, [&] { fd_.reset(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)); });
    if (!fd_ || bind(fd_.get(), reinterpret_cast<const sockaddr*>(&mine), sizeof mine) != 0 ||
        connect(fd_.get(), reinterpret_cast<const sockaddr*>(&theirs), sizeof theirs) != 0) {
      throw std::runtime_error("cannot open a UDP socket at " + local.host);
    }
    // A frame of a few bytes that XDP redirected costs a page: Linux 6.1's default is full after 49 of them.
    const int bytes = 1 << 22;
    if (setsockopt(fd_.get(), SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) != 0) {
      throw std::runtime_error("cannot enlarge a receive buffer");
    }
  }

  void send_text(const std::string& text) const {
    if (send(fd_.get(), text.data(), text.size(), 0) < 0) throw std::runtime_error("cannot send");
  }
  /// The next datagram, or nothing when none comes for so long.
  [[nodiscard]] std::optional<std::string> receive(int patience_ms = 20000) const {
    pollfd ready = {fd_.get(), POLLIN, 0};
    std::array<char, 2048> buffer;
    if (poll(&ready, 1, patience_ms) <= 0) return std::nullopt;
    const auto size = recv(fd_.get(), buffer.data(), buffer.size(), 0);
    if (size < 0) return std::nullopt;
    return std::string(buffer.data(), static_cast<std::size_t>(size));
  }
  /// The CPU that brought the last packet; -1 for a socket that has none.
  [[nodiscard]] int incoming_cpu() const {
    int cpu = -1;
    socklen_t size = sizeof cpu;
    getsockopt(fd_.get(), SOL_SOCKET, SO_INCOMING_CPU, &cpu, &size);
    return cpu;
  }

 private:
  static sockaddr_in raw(const Address& from) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(from.port);
    inet_pton(AF_INET, from.host.c_str(), &address.sin_addr);
    return address;
  }

  bccxx::UniqueFd fd_;
};

}  // namespace programs_test
