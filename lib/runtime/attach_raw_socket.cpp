// A packet socket with a filter. It is bound after the filter is there, so that it gets nothing unfiltered.

#include "runtime/attach_error.hpp"
#include "runtime/attach_socket.hpp"
#include "runtime/descriptors_holder.hpp"
#include "support/network_namespace.hpp"
#include "support/system_call.hpp"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <sys/socket.h>

#include <cerrno>
#include <memory>

namespace bccxx::runtime {
namespace {

constexpr auto via = AttachVia::raw_socket;

/// Returns: the errno of the step that failed, or 0
int open_filtered(int program_fd, unsigned index, UniqueFd& socket) {
  // Of no protocol, it gets nothing before it is bound.
  socket.reset(::socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) return errno;
  if (::setsockopt(socket.get(), SOL_SOCKET, SO_ATTACH_BPF, &program_fd, sizeof program_fd) != 0) return errno;
  sockaddr_ll address = {};
  address.sll_family = AF_PACKET;
  address.sll_protocol = htons(ETH_P_ALL);
  address.sll_ifindex = static_cast<int>(index);
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return errno;
  return 0;
}

}  // namespace

Link attach_raw_socket(const Program& program, const NetworkDevice& device) {
  const auto where = support::network_namespace_text(device.network_namespace);
  const auto target = (device.name.empty() ? "all devices" : device.name) + " in " + where;
  UniqueFd socket;
  int code = 0;
  bool absent = false;
  in_network_namespace(device.network_namespace, [&] {
    const auto index = support::device_index_here(device.name);
    absent = index == 0 && !device.name.empty();
    if (!absent) code = open_filtered(program.fd(), index, socket);
  });
  if (absent) fail_attach(program, via, target, ENODEV, "there is no device " + target);
  if (code != 0) {
    fail_attach(program, via, target, code, support::error_code(code).message());
  }
  return {std::make_unique<DescriptorsHolder>(std::move(socket)), via, program.name(), device.name};
}

}  // namespace bccxx::runtime
