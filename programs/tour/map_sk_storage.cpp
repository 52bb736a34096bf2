// Counts what one socket of a process sends, in a value that hangs on the socket.
//
// Run it as root:  map_sk_storage PID FD [interval [count]]
// The socket is descriptor FD of the process, see ls -l /proc/PID/fd. User space gives it a value; the program, which
// runs for every packet that processes of this machine send, counts only where there is one.

#include <bccxx/bpf.hpp>
#include <bccxx/support/unique_fd.hpp>

#include <fmt/format.h>
#include <linux/bpf.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>

#include "cgroup.hpp"
#include "program.hpp"

namespace {

constexpr const char* bpf_text = R"(
#include <uapi/linux/bpf.h>

struct sent_t {
  u64 packets;
  u64 bytes;
};
BPF_SK_STORAGE(sent, struct sent_t);

int count_sent(struct __sk_buff *skb) {
  struct bpf_sock *socket = skb->sk;
  if (!socket) return 1;
  socket = bpf_sk_fullsock(socket);
  if (!socket) return 1;
  struct sent_t *mine = sent.sk_storage_get(socket, 0, 0);
  if (!mine) return 1;
  __sync_fetch_and_add(&mine->packets, 1);
  __sync_fetch_and_add(&mine->bytes, skb->len);
  return 1;  // 0 would drop the packet
}
)";

struct Sent {
  std::uint64_t packets;
  std::uint64_t bytes;
};

/// A copy of a socket of another process.
bccxx::UniqueFd socket_of(int pid, int fd) {
  const bccxx::UniqueFd process(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  if (!process) throw bccxx::NotFound("process", std::to_string(pid));
  bccxx::UniqueFd copy(static_cast<int>(syscall(SYS_pidfd_getfd, process.get(), fd, 0)));
  if (!copy && errno == EPERM) {
    throw std::runtime_error(fmt::format("may not take descriptors of process {}: missing CAP_SYS_PTRACE", pid));
  }
  if (!copy) throw std::runtime_error(fmt::format("process {} has no descriptor {}", pid, fd));
  struct stat what {};
  if (fstat(copy.get(), &what) != 0 || !S_ISSOCK(what.st_mode)) {
    throw std::runtime_error(fmt::format("descriptor {} of process {} is no socket", fd, pid));
  }
  return copy;
}

}  // namespace

int main(int argc, char** argv) {
  programs::Program program("Counts the packets that one socket sends.");
  int pid = 0;
  int fd = 0;
  program.argument("PID", pid, programs::process_ids, "The process");
  program.argument("FD", fd, programs::non_negative, "Number of its socket");

  return program.run(argc, argv, [&] {
    const auto socket = socket_of(pid, fd);
    bccxx::BPF bpf(bpf_text, {.log = program.log()});
    const auto sent = bpf.get_sk_storage_table<Sent>("sent");
    sent.update(socket.get(), {});
    bpf.attach_cgroup(programs::cgroup2_mount(), BPF_CGROUP_INET_EGRESS, "count_sent", bccxx::ProgramType::cgroup_skb);

    for (const auto& tick : program.rounds()) {
      const auto [packets, bytes] = sent[socket.get()];
      if (program.json()) {
        program.print_json({{"round", tick.number}, {"packets", packets}, {"bytes", bytes}});
      } else {
        fmt::print("{} packets, {} bytes\n", packets, bytes);
      }
    }
  });
}
