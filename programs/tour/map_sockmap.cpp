// Joins two TCP clients: what one sends, the other receives, by way of a sockmap and not of user space.
//
// Run it as root:  map_sockmap [interval [count]] [--port PORT]
// Try it:          busybox nc 127.0.0.1 PORT, in two terminals
// The keys of a sockmap are slots. User space puts the first client into slot 0 and the second into slot 1, and notes
// for each one's port where the other one is.

#include <bccxx/bpf.hpp>

#include <fmt/format.h>

#include "loopback_listener.hpp"
#include "program.hpp"

namespace {

constexpr const char* bpf_text = R"(
#include <uapi/linux/bpf.h>

BPF_SOCKMAP(ends, 2);
BPF_HASH(other_end, u32, u32, 2);
BPF_ARRAY(passed, u64, 1);

int pass_on(struct __sk_buff *skb) {
  u32 port = ntohl(skb->remote_port);
  u32 *slot = other_end.lookup(&port);
  if (!slot) return SK_DROP;
  passed.atomic_increment(0, skb->len);
  return bpf_sk_redirect_map(skb, &ends, *slot, 0);
}
)";

}  // namespace

int main(int argc, char** argv) {
  programs::Program program("Joins two TCP clients within the kernel.", {.interval = 5});
  int port = 0;
  program.option("--port", port, {0, 65535}, "Port on the loopback device; without it, any that is free");

  return program.run(argc, argv, [&] {
    bccxx::BPF bpf(bpf_text, {.log = program.log()});
    const auto ends = bpf.get_sockmap_table("ends");
    const auto other_end = bpf.get_hash_table<std::uint32_t, std::uint32_t>("other_end");
    bpf.attach_func("pass_on", ends, bccxx::SocketHook::stream_verdict);
    const auto passed = bpf.get_array_table<std::uint64_t>("passed");
    const programs::LoopbackListener listener(port);
    std::vector<programs::LoopbackListener::Connection> clients;
    const auto accept_two = [&] {
      while (auto client = listener.accept()) {
        if (clients.size() == 2) continue;  // closes it
        const auto slot = static_cast<std::uint32_t>(clients.size());
        other_end.update(client->client_port, 1 - slot);
        ends.update(slot, client->socket.get());
        clients.push_back(*std::move(client));
      }
    };
    if (!program.json()) fmt::print("listening on 127.0.0.1:{}\n", listener.port());
    if (program.json()) program.print_json({{"port", listener.port()}});

    for (const auto& tick : program.rounds({{.fd = listener.fd(), .on_readable = accept_two}})) {
      if (program.json()) {
        program.print_json({{"round", tick.number}, {"clients", clients.size()}, {"passed", passed[0]}});
      } else {
        fmt::print("{} clients, {} bytes passed on\n", clients.size(), passed[0]);
      }
    }
  });
}
