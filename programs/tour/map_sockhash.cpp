// A TCP echo server whose data never reaches it: a program at the sockets of a sockhash sends it back.
//
// Run it as root:  map_sockhash [interval [count]] [--port PORT]
// Try it:          busybox nc 127.0.0.1 PORT
// User space accepts a connection and puts it into the table, under the port of its client. From then on the program
// redirects what arrives there to the socket that the table has for that port, which is the same one.

#include <bccxx/bpf.hpp>

#include <fmt/format.h>

#include "loopback_listener.hpp"
#include "program.hpp"

namespace {

constexpr const char* bpf_text = R"(
#include <uapi/linux/bpf.h>

BPF_SOCKHASH(by_port, u32, 64);
BPF_ARRAY(echoed, u64, 1);

int send_back(struct __sk_buff *skb) {
  u32 port = ntohl(skb->remote_port);
  echoed.atomic_increment(0, skb->len);
  return by_port.sk_redirect_hash(skb, &port, 0);
}
)";

}  // namespace

int main(int argc, char** argv) {
  programs::Program program("Echoes TCP streams within the kernel.", {.interval = 5});
  int port = 0;
  program.option("--port", port, {0, 65535}, "Port on the loopback device; without it, any that is free");

  return program.run(argc, argv, [&] {
    bccxx::BPF bpf(bpf_text, {.log = program.log()});
    const auto by_port = bpf.get_sockhash_table<std::uint32_t>("by_port");
    bpf.attach_func("send_back", by_port, bccxx::SocketHook::stream_verdict);
    const auto echoed = bpf.get_array_table<std::uint64_t>("echoed");
    const programs::LoopbackListener listener(port);
    std::vector<programs::LoopbackListener::Connection> connections;
    const auto accept_all = [&] {
      while (auto connection = listener.accept()) {
        try {
          by_port.update(connection->client_port, connection->socket.get());
          connections.push_back(*std::move(connection));
        } catch (const bccxx::SystemError& error) {
          if (error.code() != std::errc::operation_not_supported) throw;  // the client has ended it already
        }
      }
    };
    if (!program.json()) fmt::print("listening on 127.0.0.1:{}\n", listener.port());
    if (program.json()) program.print_json({{"port", listener.port()}});

    for (const auto& tick : program.rounds({{.fd = listener.fd(), .on_readable = accept_all}})) {
      std::erase_if(connections, [](const auto& one) { return one.ended(); });  // which takes them out of the table
      if (program.json()) {
        program.print_json({{"round", tick.number}, {"connections", connections.size()}, {"echoed", echoed[0]}});
      } else {
        fmt::print("{} connections, {} bytes echoed\n", connections.size(), echoed[0]);
      }
    }
  });
}
