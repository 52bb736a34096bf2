// Programs of a cgroup: they run for its processes, and only as long as they are attached.

#include <bccxx/bpf.hpp>

#include <catch2/catch.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

#include "cgroup.hpp"

using namespace bccxx;

namespace {

// enum bpf_attach_type.
constexpr std::uint32_t cgroup_sock_ops = 3;
constexpr std::uint32_t cgroup_connect4 = 10;

/// A cgroup of our own; it goes with the object.
struct Cgroup {
  std::string path = programs::cgroup2_mount() + "/bccxxtest-" + std::to_string(getpid());
  Cgroup() { std::filesystem::create_directory(path); }
  ~Cgroup() { rmdir(path.c_str()); }
  Cgroup(const Cgroup&) = delete;
  Cgroup& operator=(const Cgroup&) = delete;

  /// Connects to a port of the loopback device where nobody listens, from a child in the cgroup.
  ///
  /// Returns: the errno of connect(2)
  [[nodiscard]] int connect_from_inside() const {
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) _exit(enter() ? connect_errno() : 0);
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    REQUIRE(WIFEXITED(status));
    return WEXITSTATUS(status);
  }
  [[nodiscard]] static int connect_errno() {
    const UniqueFd client(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(1);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return connect(client.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ? 0 : errno;
  }

 private:
  [[nodiscard]] bool enter() const {
    std::ofstream processes(path + "/cgroup.procs");
    processes << getpid() << std::flush;
    return processes.good();
  }
};

constexpr const char* text = R"(
BPF_ARRAY(connects, u64, 1);
int on_socket(struct bpf_sock_ops *ops) {
  if (ops->op == BPF_SOCK_OPS_TCP_CONNECT_CB) connects.atomic_increment(0);
  return 1;
}
int refuse(struct bpf_sock_addr *address) { return 0; }
)";

}  // namespace

TEST_CASE("a program of a cgroup sees the sockets of its processes", "[network][cgroup]") {
  const Cgroup cgroup;
  BPF bpf(text);
  const auto connects = bpf.get_array_table<std::uint64_t>("connects");
  auto& link = bpf.attach_cgroup(cgroup.path, cgroup_sock_ops, "on_socket", ProgramType::sock_ops);
  CHECK(cgroup.connect_from_inside() == ECONNREFUSED);
  CHECK(cgroup.connect_from_inside() == ECONNREFUSED);
  CHECK(Cgroup::connect_errno() == ECONNREFUSED);
  CHECK(connects[0] == 2);
  link.detach();
  CHECK(cgroup.connect_from_inside() == ECONNREFUSED);
  CHECK(connects[0] == 2);
}

TEST_CASE("a program of a cgroup refuses what its processes ask for", "[network][cgroup]") {
  const Cgroup cgroup;
  {
    BPF bpf(text);
    bpf.attach_cgroup(cgroup.path, cgroup_connect4, "refuse", ProgramType::cgroup_sock_addr);
    CHECK(cgroup.connect_from_inside() == EPERM);
    CHECK(Cgroup::connect_errno() == ECONNREFUSED);
    CHECK_THROWS_AS(bpf.detach_cgroup(cgroup.path, cgroup_sock_ops, "refuse"), NotFound);
    bpf.detach_cgroup(cgroup.path, cgroup_connect4, "refuse");
    CHECK(cgroup.connect_from_inside() == ECONNREFUSED);
    bpf.attach_cgroup(cgroup.path, cgroup_connect4, "refuse", ProgramType::cgroup_sock_addr);
    CHECK(cgroup.connect_from_inside() == EPERM);
  }
  CHECK(cgroup.connect_from_inside() == ECONNREFUSED);
}

TEST_CASE("a directory that is no cgroup is an AttachError", "[network][cgroup]") {
  BPF bpf(text);
  for (const std::string path : {"/tmp", "/nonexistent"}) {
    try {
      bpf.attach_cgroup(path, cgroup_sock_ops, "on_socket", ProgramType::sock_ops);
      FAIL("attached");
    } catch (const AttachError& error) {
      CHECK_THAT(error.what(), Catch::Contains(path));
    }
  }
}
