#pragma once
// A TCP server's end on the loopback device.

#include <bccxx/support/unique_fd.hpp>

#include <cstdint>
#include <optional>

namespace programs {

/// A TCP socket that listens on 127.0.0.1. Nothing blocks.
class LoopbackListener {
 public:
  struct Connection {
    bccxx::UniqueFd socket;
    std::uint16_t client_port = 0;

    /// Whether the client has closed it.
    [[nodiscard]] bool ended() const;
  };

  /// `port` 0 takes any that is free.
  ///
  /// Throws: std::system_error
  explicit LoopbackListener(int port);

  [[nodiscard]] int fd() const noexcept { return socket_.get(); }
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  /// Returns: nullopt when no client waits
  [[nodiscard]] std::optional<Connection> accept() const;

 private:
  bccxx::UniqueFd socket_;
  std::uint16_t port_ = 0;
};

}  // namespace programs
