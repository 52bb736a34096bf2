#pragma once
// A socket that sees every frame a device receives, opened in the device's namespace.

#include <bccxx/support/network_device.hpp>
#include <bccxx/support/unique_fd.hpp>

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace programs_test {

using EthernetFrame = std::vector<std::uint8_t>;

class FrameSocket {
 public:
  explicit FrameSocket(const bccxx::NetworkDevice& device) {
    const auto index = static_cast<int>(bccxx::device_index(device));
    bccxx::in_network_namespace(device.network_namespace,
                                [&] { fd_.reset(socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_ALL))); });
    sockaddr_ll address = {};
    address.sll_family = AF_PACKET;
    address.sll_protocol = htons(ETH_P_ALL);
    address.sll_ifindex = index;
    if (!fd_ || bind(fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      throw std::runtime_error("cannot listen on " + device.name);
    }
  }

  void send_frame(std::span<const std::uint8_t> frame) const {
    if (send(fd_.get(), frame.data(), frame.size(), 0) != static_cast<ssize_t>(frame.size())) {
      throw std::runtime_error("cannot send a frame");
    }
  }
  /// The frames that arrive until there are `count`, or until none comes for so long.
  [[nodiscard]] std::vector<EthernetFrame> receive(std::size_t count, int patience_ms = 20000) const {
    std::vector<EthernetFrame> frames;
    std::array<std::uint8_t, 2048> buffer;
    while (frames.size() < count) {
      pollfd ready = {fd_.get(), POLLIN, 0};
      if (poll(&ready, 1, patience_ms) <= 0) break;
      sockaddr_ll from = {};
      socklen_t length = sizeof from;
      const auto size =
          recvfrom(fd_.get(), buffer.data(), buffer.size(), 0, reinterpret_cast<sockaddr*>(&from), &length);
      if (size > 0 && from.sll_pkttype != PACKET_OUTGOING) frames.emplace_back(buffer.data(), buffer.data() + size);
    }
    return frames;
  }

 private:
  bccxx::UniqueFd fd_;
};

}  // namespace programs_test
