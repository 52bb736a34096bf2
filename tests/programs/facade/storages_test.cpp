// Tables of sockets, tasks and control groups, written by programs of bcc's dialect and read by their getters.

#include <bccxx/bpf.hpp>
#include <bccxx/runtime/features.hpp>
#include <bccxx/support/cpus.hpp>

#include <catch2/catch.hpp>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "cgroup.hpp"
#include "common/skip.hpp"

using namespace bccxx;

namespace {

// enum bpf_attach_type.
constexpr std::uint32_t cgroup_sock_create = 2;
constexpr std::uint32_t cgroup_sock_ops = 3;

std::uint64_t inode_of(const std::string& path) {
  struct stat info {};
  REQUIRE(stat(path.c_str(), &info) == 0);
  return info.st_ino;
}

UniqueFd stream_socket() { return UniqueFd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)); }

/// What a text needs to count the getuid calls of this process.
std::vector<std::string> own_calls() {
  return {"-DPID=" + std::to_string(getpid()), "-DNUMBER=" + std::to_string(SYS_getuid)};
}

}  // namespace

TEST_CASE("a socket's storage is what a program put there when it was made", "[cgroup]") {
  BPF bpf(R"(
struct made { u64 pid; u32 family; u32 type; };
BPF_SK_STORAGE(made_by, struct made);
int on_create(struct bpf_sock *sk) {
  struct made *made = made_by.sk_storage_get(sk, 0, BPF_SK_STORAGE_GET_F_CREATE);
  if (made == 0) return 1;
  made->pid = bpf_get_current_pid_tgid() >> 32;
  made->family = sk->family;
  made->type = sk->type;
  return 1;
}
)");
  struct Made {
    std::uint64_t pid;
    std::uint32_t family, type;
  };
  const auto made_by = bpf.get_sk_storage_table<Made>("made_by");
  const auto before = stream_socket();
  bpf.attach_cgroup(programs::cgroup2_mount(), cgroup_sock_create, "on_create", ProgramType::cgroup_sock);
  const auto after = stream_socket();
  CHECK_FALSE(made_by.find(before.get()));
  const auto made = made_by.find(after.get());
  REQUIRE(made);
  CHECK(made->pid == static_cast<std::uint64_t>(getpid()));
  CHECK(made->family == AF_INET);
  CHECK(made->type == SOCK_STREAM);
  CHECK_THROWS_AS(made_by.json(), NotSupported);
}

TEST_CASE("connected sockets are put under their port by a program", "[cgroup]") {
  BPF bpf(R"(
BPF_SOCKHASH(by_port, u32, 64);
int on_socket(struct bpf_sock_ops *ops) {
  u32 port = ops->local_port;
  if (ops->op == BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB) { by_port.sock_hash_update(ops, &port, BPF_ANY); }
  return 0;
}
)");
  const auto by_port = bpf.get_sockhash_table<std::uint32_t>("by_port");
  bpf.attach_cgroup(programs::cgroup2_mount(), cgroup_sock_ops, "on_socket", ProgramType::sock_ops);
  const auto listener = stream_socket();
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  REQUIRE(bind(listener.get(), any, length) == 0);
  REQUIRE(listen(listener.get(), 1) == 0);
  REQUIRE(getsockname(listener.get(), any, &length) == 0);
  const auto client = stream_socket();
  REQUIRE(connect(client.get(), any, length) == 0);
  const UniqueFd server(accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
  REQUIRE(server);
  const std::uint32_t port = ntohs(address.sin_port);
  CHECK(by_port.contains(port));
  const auto keys = by_port.keys();
  CHECK(std::count(keys.begin(), keys.end(), port) == 1);
  CHECK_THAT(by_port.text(), Catch::Contains(std::to_string(port) + ": null\n"));
  CHECK(by_port.remove(port));
  CHECK_FALSE(by_port.contains(port));
}

TEST_CASE("a control group's storages are counted in by its program", "[cgroup]") {
  const std::string storage = GENERATE("BPF_CGROUP_STORAGE", "BPF_PERCPU_CGROUP_STORAGE");
  BPF bpf(storage + R"((sockets, u64);
int on_create(struct bpf_sock *sk) {
  u64 *count = bpf_get_local_storage(&sockets, 0);
  if (count) __sync_fetch_and_add(count, 1);
  return 1;
}
)");
  const auto group = programs::cgroup2_mount();
  bpf.attach_cgroup(group, cgroup_sock_create, "on_create", ProgramType::cgroup_sock);
  for (int i = 0; i < 5; ++i) stream_socket();
  // Other processes may make sockets as well.
  const CgroupStorageKey key = {inode_of(group), cgroup_sock_create, 0};
  if (storage == "BPF_CGROUP_STORAGE") {
    const auto sockets = bpf.get_cg_storage_table<std::uint64_t>("sockets");
    const auto items = sockets.items();
    REQUIRE(items.size() == 1);
    CHECK(items[0].first.cgroup_id == key.cgroup_id);
    CHECK(items[0].first.attach_type == cgroup_sock_create);
    CHECK(sockets[key] >= 5);
    sockets.update(key, 1000);
    stream_socket();
    CHECK(sockets[key] >= 1001);
  } else {
    const auto sockets = bpf.get_percpu_cg_storage_table<std::uint64_t>("sockets");
    CHECK(sockets[key].size() == possible_cpus());
    CHECK(sockets.sum(key) >= 5);
  }
}

TEST_CASE("a task's storage is written from a tracepoint of bcc's dialect") {
  BPF bpf(R"(
BPF_TASK_STORAGE(calls, u64);
RAW_TRACEPOINT_PROBE(sys_enter) {
  if (bpf_get_current_pid_tgid() >> 32 != PID) return 0;
  if (ctx->args[1] != NUMBER) return 0;
  u64 *n = calls.task_storage_get((void *)bpf_get_current_task_btf(), 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
  if (n) *n += 1;
  return 0;
}
)",
          {.cflags = own_calls()});
  for (int i = 0; i < 7; ++i) syscall(SYS_getuid);
  const UniqueFd self(static_cast<int>(syscall(SYS_pidfd_open, getpid(), 0)));
  REQUIRE(self);
  CHECK(bpf.get_task_storage_table<std::uint64_t>("calls")[self.get()] == 7U);
}

TEST_CASE("the untyped table shows structs that a program wrote, and queues value by value as bytes") {
  BPF bpf(R"(
struct who { u32 pid; char name[8]; };
BPF_HASH(calls, struct who, u64);
BPF_QUEUE(order, struct who, 4);
RAW_TRACEPOINT_PROBE(sys_enter) {
  struct who who = {.pid = PID, .name = "bccxx"};
  u64 one = 1;
  if (bpf_get_current_pid_tgid() >> 32 != PID || ctx->args[1] != NUMBER) return 0;
  calls.update(&who, &one);
  order.push(&who, BPF_EXIST);
  return 0;
}
)",
          {.cflags = own_calls()});
  syscall(SYS_getuid);
  const auto who = "{pid: " + std::to_string(getpid()) + R"(, name: "bccxx"})";
  CHECK(bpf.get_table("calls").text() == who + ": 1\n");
  CHECK(bpf.get_table("calls").key_type() == "struct who");
  struct Who {
    std::uint32_t pid;
    char name[8];
  };
  const auto order = bpf.get_queuestack_table<Who>("order");
  const auto first = order.peek();
  REQUIRE(first);
  CHECK(first->pid == static_cast<std::uint32_t>(getpid()));
  // The kernel has no BTF of a queue, but the text has.
  CHECK(order.value_text(*first) == who);
  CHECK(bpf.get_table("order").value_type() == "struct who");
  CHECK(bpf.get_table("order").pop() == who);
  CHECK_THROWS_AS(order.text(), NotSupported);
  struct Turned {
    char name[8];
    std::uint32_t pid;
  };
  using Counts = HashTable<Turned, std::uint64_t>;
  CHECK_THROWS_AS(Counts(bpf.get_map("calls")), TypeMismatch);
  CHECK_THROWS_AS(bpf.get_queuestack_table<Turned>("order"), TypeMismatch);
}

TEST_CASE("tables of which the kernel keeps no types have those of their text") {
  BPF bpf(R"(
struct who {
  u32 pid;
  char name[8];
};
BPF_STACK(pile, struct who, 4);
BPF_SOCKHASH(sockets, struct who, 4);
BPF_HASH(inner, u32, u64);
BPF_HASH_OF_MAPS(outer, struct who, "inner", 4);
)");
  struct Who {
    std::uint32_t pid;
    char name[8];
  };
  struct Turned {
    char name[8];
    std::uint32_t pid;
  };
  CHECK(bpf.get_table("pile").value_type() == "struct who");
  for (const auto* name : {"sockets", "outer"}) CHECK(bpf.get_table(name).key_type() == "struct who");
  CHECK_NOTHROW(bpf.get_queuestack_table<Who>("pile"));
  CHECK_NOTHROW(bpf.get_sockhash_table<Who>("sockets"));
  CHECK_THROWS_AS(bpf.get_queuestack_table<Turned>("pile"), TypeMismatch);
  CHECK_THROWS_AS(bpf.get_sockhash_table<Turned>("sockets"), TypeMismatch);
  using Inner = HashTable<std::uint32_t, std::uint64_t>;
  const auto outer = bpf.get_map_in_map_table<Who, Inner>("outer");
  CHECK_THROWS_AS((bpf.get_map_in_map_table<Turned, Inner>("outer")), TypeMismatch);
  const Who key = {7, "seven"};
  outer.update(key, outer.create_inner());
  CHECK_THAT(bpf.get_table("outer").text(), Catch::StartsWith(R"({pid: 7, name: "seven"}: )"));
}

TEST_CASE("a pinned queue has the types of the text that declares it, in the second run, too") {
  const std::string path = "/sys/fs/bpf/bccxx-queue-" + std::to_string(getpid());
  const std::string text =
      "struct who {\n  u32 pid;\n  char name[8];\n};\nBPF_QUEUESTACK_PINNED(\"queue\", order, struct who, "
      "4, 0, \"" +
      path + "\");\n";
  for (int run = 0; run < 2; ++run) {
    const BPF bpf(text);
    CHECK(bpf.existed("order") == (run == 1));
    CHECK(bpf.get_table("order").value_type() == "struct who");
  }
  CHECK(unlink(path.c_str()) == 0);
}

TEST_CASE("a file's storage is written from a probe of the security module and read by the file's descriptor") {
  const auto lsm = probe_feature(Feature::lsm);
  if (!lsm.available) return test::skip("programs of the security module: " + lsm.reason);
  const BPF bpf(R"(
#include <linux/fs.h>
struct seen { u64 times; u32 pid; u32 again; };
BPF_INODE_STORAGE(opened, struct seen);
LSM_PROBE(file_open, struct file *file) {
  if (bpf_get_current_pid_tgid() >> 32 != PID) return 0;
  struct seen *seen = opened.inode_storage_get((void *)file->f_inode, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
  if (seen == 0) return 0;
  seen->pid = PID;
  __sync_fetch_and_add(&seen->times, 1);
  return 0;
}
)",
                {.cflags = {"-DPID=" + std::to_string(getpid())}});
  struct Seen {
    std::uint64_t times;
    std::uint32_t pid, again;
  };
  const auto opened = bpf.get_inode_storage_table<Seen>("opened");
  const std::string path = "/tmp/bccxx-opened-" + std::to_string(getpid());
  const UniqueFd made(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  REQUIRE(made);
  for (int i = 0; i < 3; ++i) CHECK(UniqueFd(open(path.c_str(), O_RDONLY | O_CLOEXEC)));
  const auto seen = opened.find(made.get());
  REQUIRE(seen);
  CHECK(seen->times == 4);
  CHECK(seen->pid == static_cast<std::uint32_t>(getpid()));
  opened.update(made.get(), {100, 0, 1});
  CHECK(UniqueFd(open(path.c_str(), O_RDONLY | O_CLOEXEC)));
  CHECK(opened[made.get()].times == 101);
  CHECK(opened[made.get()].again == 1);
  CHECK(opened.remove(made.get()));
  CHECK_FALSE(opened.find(made.get()));
  CHECK(unlink(path.c_str()) == 0);
}
