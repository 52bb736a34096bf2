#pragma once
// An AF_XDP socket: frames of one queue of a device, received and sent without the network stack.

#include <bccxx/runtime/network.hpp>
#include <bccxx/support/unique_fd.hpp>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <thread>
#include <vector>

#include "ring.hpp"
#include "umem.hpp"

namespace xsk {

/// The way of a frame: its chunk is free, then in the FILL ring for the kernel to receive into, then an entry of RX,
/// then of TX, then of COMPLETION when it is sent, then free.
class Socket {
 public:
  static constexpr std::uint32_t ring_size = 256;

  /// Binds to a queue. The kernel copies the frames, which works with every driver.
  Socket(const bccxx::NetworkDevice& device, std::uint32_t queue) : umem_(2 * ring_size) {
    const auto index = bccxx::device_index(device);
    bccxx::in_network_namespace(device.network_namespace, [this] {
      fd_.reset(check(socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0), "open AF_XDP"));
    });
    umem_.register_with(fd());
    map_rings();
    // Half of the chunks to receive into, the other half to send from while those come back.
    for (std::uint32_t i = 0; i < ring_size; ++i) {
      if (!fill_->push(std::uint64_t{i} * Umem::chunk_size)) break;
    }
    for (std::uint32_t i = ring_size; i < 2 * ring_size; ++i) free_.push_back(std::uint64_t{i} * Umem::chunk_size);

    sockaddr_xdp address = {};
    address.sxdp_family = AF_XDP;
    address.sxdp_flags = XDP_COPY;
    address.sxdp_ifindex = index;
    address.sxdp_queue_id = queue;
    check(bind_when_free(address), "bind the AF_XDP socket");
  }

  [[nodiscard]] int fd() const noexcept { return fd_.get(); }

  /// What became of a received frame.
  enum class Verdict { drop, send_back };
  struct Count {
    std::uint64_t received = 0;
    std::uint64_t sent = 0;
    std::uint64_t dropped = 0;
  };

  /// Gives every frame that waits to `answer`, which may change it, and sends back those it wants sent.
  void serve(const std::function<Verdict(std::span<std::byte>)>& answer, Count& count) {
    reap();
    while (const auto received = rx_->pop()) {
      ++count.received;
      const bool send_back = answer(umem_.frame(received->addr, received->len)) == Verdict::send_back;
      if (send_back && tx_->push(*received)) {
        ++count.sent;
      } else {
        ++count.dropped;
        free_.push_back(Umem::chunk_of(received->addr));
      }
    }
    send_all();
    reap();
    while (!free_.empty() && fill_->push(free_.back())) free_.pop_back();
  }

  [[nodiscard]] xdp_statistics statistics() const {
    return get_option<xdp_statistics>(fd(), XDP_STATISTICS, "read the statistics");
  }

 private:
  /// The kernel lets go of a queue a moment after the last socket on it has gone.
  int bind_when_free(const sockaddr_xdp& address) {
    using namespace std::chrono_literals;
    const auto deadline = std::chrono::steady_clock::now() + 1s;
    for (;;) {
      const int result = bind(fd(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
      if (result == 0 || errno != EBUSY || std::chrono::steady_clock::now() > deadline) return result;
      std::this_thread::sleep_for(10ms);
    }
  }
  void map_rings() {
    for (const int ring : {XDP_UMEM_FILL_RING, XDP_UMEM_COMPLETION_RING, XDP_RX_RING, XDP_TX_RING})
      set_option(fd(), ring, ring_size, "set the size of a ring");
    const auto offsets = get_option<xdp_mmap_offsets>(fd(), XDP_MMAP_OFFSETS, "read the layout of the rings");
    rx_ = std::make_unique<Ring<xdp_desc>>(fd(), XDP_PGOFF_RX_RING, offsets.rx, ring_size);
    tx_ = std::make_unique<Ring<xdp_desc>>(fd(), XDP_PGOFF_TX_RING, offsets.tx, ring_size);
    fill_ = std::make_unique<Ring<std::uint64_t>>(fd(), static_cast<off_t>(XDP_UMEM_PGOFF_FILL_RING), offsets.fr,
                                                  ring_size);
    completion_ = std::make_unique<Ring<std::uint64_t>>(fd(), static_cast<off_t>(XDP_UMEM_PGOFF_COMPLETION_RING),
                                                        offsets.cr, ring_size);
  }
  /// The kernel sends when it is told to, some frames at a time; what it cannot send now stays for the next time.
  void send_all() {
    for (std::uint32_t tries = 0; tries < ring_size && !tx_->emptied(); ++tries) {
      if (sendto(fd(), nullptr, 0, MSG_DONTWAIT, nullptr, 0) >= 0 || errno == EAGAIN) continue;
      if (errno == EBUSY || errno == ENOBUFS) break;
      check(-1, "send frames");
    }
  }
  void reap() {
    while (const auto sent = completion_->pop()) free_.push_back(Umem::chunk_of(*sent));
  }

  Umem umem_;
  bccxx::UniqueFd fd_;
  std::unique_ptr<Ring<xdp_desc>> rx_;
  std::unique_ptr<Ring<xdp_desc>> tx_;
  std::unique_ptr<Ring<std::uint64_t>> fill_;
  std::unique_ptr<Ring<std::uint64_t>> completion_;
  std::vector<std::uint64_t> free_;
};

}  // namespace xsk
