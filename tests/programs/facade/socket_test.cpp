// Programs before sockets: a raw socket that gets what its filter lets through, and the sockets of a sockmap.

#include <bccxx/bpf.hpp>

#include <catch2/catch.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <string>
#include <vector>

#include "programs/network/frames.hpp"
#include "programs/network/namespaces.hpp"

using namespace bccxx;
using programs_test::EthernetFrame;
using programs_test::FrameSocket;
using programs_test::Namespaces;

namespace {

// Two protocols that nobody has.
constexpr std::uint8_t wanted = 0xb5;
constexpr std::uint8_t unwanted = 0xb6;

constexpr const char* one_protocol = R"(
#include <bcc/proto.h>
int whole(struct __sk_buff *skb) {
  u8 *cursor = 0;
  struct ethernet_t *ethernet = cursor_advance(cursor, sizeof(*ethernet));
  return ethernet->type == 0x88b5 ? -1 : 0;
}
int beginning(struct __sk_buff *skb) {
  u8 *cursor = 0;
  struct ethernet_t *ethernet = cursor_advance(cursor, sizeof(*ethernet));
  return ethernet->type == 0x88b5 ? 20 : 0;
}
)";

EthernetFrame frame_of(std::uint8_t protocol, std::uint8_t number) {
  EthernetFrame frame(60, 0xff);
  frame[12] = 0x88;
  frame[13] = protocol;
  frame[14] = number;
  return frame;
}

/// Everything that waits in a socket that does not block.
std::vector<EthernetFrame> waiting(int fd) {
  std::vector<EthernetFrame> frames;
  std::array<std::uint8_t, 2048> buffer;
  ssize_t size = 0;
  while ((size = recv(fd, buffer.data(), buffer.size(), 0)) >= 0) {
    frames.emplace_back(buffer.data(), buffer.data() + size);
  }
  CHECK(errno == EAGAIN);
  return frames;
}

/// Two ends of a TCP connection within a namespace.
struct Connection {
  explicit Connection(const std::string& network_namespace) {
    in_network_namespace(network_namespace, [&] {
      const UniqueFd listener(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
      sockaddr_in address = {};
      address.sin_family = AF_INET;
      address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      socklen_t size = sizeof address;
      auto* raw = reinterpret_cast<sockaddr*>(&address);
      client.reset(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
      if (bind(listener.get(), raw, size) != 0 || listen(listener.get(), 1) != 0 ||
          getsockname(listener.get(), raw, &size) != 0 || connect(client.get(), raw, size) != 0) {
        throw std::runtime_error("cannot connect");
      }
      server.reset(accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
    });
  }
  /// Sends and waits for it at the other end.
  void pass(const std::string& text) const {
    REQUIRE(send(client.get(), text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()));
    std::string got(text.size(), '\0');
    REQUIRE(recv(server.get(), got.data(), got.size(), MSG_WAITALL) == static_cast<ssize_t>(got.size()));
    CHECK(got == text);
  }

  UniqueFd client;
  UniqueFd server;
};

}  // namespace

TEST_CASE("a raw socket gets what its filter lets through", "[network][socket]") {
  const Namespaces namespaces({"a", "r"});
  namespaces.veth("a", "a0", "r", "vin");
  const NetworkDevice vin = {"vin", namespaces["r"]};
  BPF bpf(one_protocol);
  auto& whole = bpf.attach_raw_socket(vin, "whole");
  auto& beginning = bpf.attach_raw_socket({"", namespaces["r"]}, "beginning");
  CHECK(whole.via() == AttachVia::raw_socket);

  const FrameSocket sender({"a0", namespaces["a"]});
  const FrameSocket everything(vin);
  for (std::uint8_t i = 0; i < 3; ++i) {
    sender.send_frame(frame_of(unwanted, i));
    sender.send_frame(frame_of(wanted, i));
  }
  REQUIRE(everything.receive(6).size() == 6);
  CHECK(waiting(whole.fd()) ==
        std::vector<EthernetFrame>{frame_of(wanted, 0), frame_of(wanted, 1), frame_of(wanted, 2)});
  const auto cut = waiting(beginning.fd());
  REQUIRE(cut.size() == 3);
  for (const auto& frame : cut) CHECK(frame.size() == 20);

  whole.detach();
  CHECK(whole.fd() == -1);
  try {
    bpf.attach_raw_socket({"a0", namespaces["r"]}, "whole");
    FAIL("attached");
  } catch (const AttachError& error) {
    CHECK_THAT(error.what(), Catch::Contains("no device a0 in network namespace " + namespaces["r"]));
  }
}

TEST_CASE("a program sees the messages of the sockets in a sockmap", "[network][socket]") {
  const Namespaces namespaces({"a"});
  const Connection connection(namespaces["a"]);
  const Connection other(namespaces["a"]);
  BPF bpf(R"(
BPF_SOCKMAP(sockets, 4);
BPF_ARRAY(seen, u64, 2);
int on_message(struct sk_msg_md *message) {
  seen.atomic_increment(0);
  return SK_PASS;
}
int on_stream(struct __sk_buff *skb) {
  seen.atomic_increment(1);
  return SK_PASS;
}
)");
  const auto sockets = bpf.get_sockmap_table("sockets");
  const auto seen = bpf.get_array_table<std::uint64_t>("seen");
  auto& messages = bpf.attach_func("on_message", sockets, SocketHook::message_verdict);
  sockets.update(0, connection.client.get());
  for (int i = 0; i < 3; ++i) connection.pass("hello");
  other.pass("unseen");
  CHECK(seen[0] == 3);
  // A socket keeps the programs that the table had when it was put there.
  messages.detach();
  connection.pass("hello");
  CHECK(seen[0] == 4);
  sockets.clear();
  connection.pass("unseen");
  sockets.update(0, connection.client.get());
  connection.pass("unseen");
  CHECK(seen[0] == 4);

  bpf.attach_func("on_stream", sockets, SocketHook::stream_verdict);
  sockets.update(1, connection.server.get());
  connection.pass("hello");
  CHECK(seen[1] >= 1);

  CHECK_THROWS_AS(bpf.attach_func("on_stream", seen, SocketHook::stream_verdict), AttachError);
}
