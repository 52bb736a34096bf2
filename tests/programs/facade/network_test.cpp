// Programs on network devices, in namespaces of their own: they attach, say why not, and leave nothing behind.

#include <bccxx/bpf.hpp>

#include <catch2/catch.hpp>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "programs/network/frames.hpp"
#include "programs/network/namespaces.hpp"
#include "runtime/attach_network.hpp"

using namespace bccxx;
using programs_test::EthernetFrame;
using programs_test::FrameSocket;
using programs_test::Namespaces;

namespace {

constexpr const char* count_frames = R"(
BPF_ARRAY(frames, u64, 3);
int on_xdp(struct xdp_md *ctx) {
  frames.atomic_increment(0);
  return XDP_PASS;
}
int on_ingress(struct __sk_buff *skb) {
  frames.atomic_increment(1);
  return -1;
}
int on_egress(struct __sk_buff *skb) {
  frames.atomic_increment(2);
  return -1;
}
)";

/// Two namespaces with a cable between a0 and vin.
struct Cable {
  Cable() { namespaces.veth("a", "a0", "r", "vin"); }

  /// Sends frames from a0 to vin, all of which arrive.
  void exchange(std::size_t count) const {
    const FrameSocket sender({"a0", namespaces["a"]});
    const FrameSocket receiver(vin());
    // To everybody, of a protocol that nobody has.
    EthernetFrame frame(60, 0xff);
    frame[12] = 0x88;
    frame[13] = 0xb5;
    for (std::size_t i = 0; i < count; ++i) sender.send_frame(frame);
    REQUIRE(receiver.receive(count).size() == count);
  }
  [[nodiscard]] NetworkDevice vin() const { return {"vin", namespaces["r"]}; }
  [[nodiscard]] bool shows(const std::string& word) const {
    return namespaces.ip("r", "-d link show dev vin").find(word) != std::string::npos;
  }
  [[nodiscard]] std::string qdiscs() const {
    return programs_test::must_run({"tc", "-n", namespaces["r"], "qdisc", "show", "dev", "vin"});
  }

  [[nodiscard]] std::string filters(const std::string& side) const {
    return programs_test::must_run({"tc", "-n", namespaces["r"], "filter", "show", "dev", "vin", side});
  }

  Namespaces namespaces{{"a", "r"}};
};

/// Waits until something is so, at most 20 s.
template <class Condition>
bool soon(const Condition& condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

/// A process that has done something and holds it until it is ended.
class Held {
 public:
  explicit Held(const std::function<void()>& work) {
    int ready[2];
    int end[2];
    REQUIRE(pipe2(ready, O_CLOEXEC) == 0);
    REQUIRE(pipe2(end, O_CLOEXEC) == 0);
    UniqueFd reader(ready[0]);
    UniqueFd writer(ready[1]);
    UniqueFd their_end(end[0]);
    end_.reset(end[1]);
    process_ = fork();
    REQUIRE(process_ >= 0);
    if (process_ == 0) {
      end_.reset();
      their_ready = writer.release();
      their_wait = their_end.release();
      try {
        work();
      } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
      }
      _exit(1);
    }
    writer.reset();
    char byte = 0;
    CHECK(read(reader.get(), &byte, 1) == 1);
  }
  ~Held() {
    if (process_ > 0) end(SIGKILL);
  }
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;

  /// For the work: says that it is done, and waits.
  static void wait_for_the_end() {
    char byte = '+';
    if (write(their_ready, &byte, 1) != 1) _exit(1);
    close(their_ready);
    static_cast<void>(!read(their_wait, &byte, 1));
    _exit(0);
  }
  void end(int signal) {
    kill(process_, signal);
    wait();
  }
  /// The exit status, or -1 for a signal.
  int wait() {
    int status = 0;
    waitpid(std::exchange(process_, -1), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  /// Lets those that wait go on to their end.
  void release() { end_.reset(); }

 private:
  static inline int their_ready = -1;
  static inline int their_wait = -1;
  UniqueFd end_;
  pid_t process_ = -1;
};

/// The guardians among a process's children.
std::vector<pid_t> guardians_of(pid_t parent) {
  std::vector<pid_t> found;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    std::ifstream file(entry.path() / "stat");
    std::string pid, name, state;
    pid_t of = 0;
    if (file >> pid >> name >> state >> of && of == parent && name == "(bccxx-guardian)")
      found.push_back(std::stoi(pid));
  }
  return found;
}

std::string attach_error(const std::function<void()>& attach) {
  try {
    attach();
  } catch (const AttachError& error) {
    return error.what();
  }
  return "attached";
}

}  // namespace

TEST_CASE("XDP attaches in another namespace and ends when it is told to", "[network]") {
  const Cable cable;
  BPF bpf(count_frames);
  const auto frames = bpf.get_array_table<std::uint64_t>("frames");
  {
    const auto& link = bpf.attach_xdp(cable.vin(), "on_xdp");
    CHECK(link.via() == AttachVia::xdp);
    CHECK(cable.shows("prog/xdp"));
    cable.exchange(5);
    CHECK(frames[0] == 5);
  }
  bpf.remove_xdp(cable.vin());
  CHECK_FALSE(cable.shows("prog/xdp"));
  cable.exchange(3);
  CHECK(frames[0] == 5);
  CHECK_THROWS_AS(bpf.remove_xdp(cable.vin()), NotFound);
}

TEST_CASE("XDP ends with its object, and with a process that is killed", "[network]") {
  const Cable cable;
  {
    BPF bpf(count_frames);
    bpf.attach_xdp(cable.vin(), "on_xdp");
    CHECK(cable.shows("prog/xdp"));
  }
  CHECK_FALSE(cable.shows("prog/xdp"));

  int ends[2];
  REQUIRE(pipe(ends) == 0);
  UniqueFd reader(ends[0]);
  UniqueFd writer(ends[1]);
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    try {
      BPF bpf(count_frames);
      bpf.attach_xdp(cable.vin(), "on_xdp");
      if (write(writer.get(), "+", 1) == 1) pause();
    } catch (const std::exception&) {
    }
    _exit(1);
  }
  writer.reset();
  char attached = 0;
  CHECK(read(reader.get(), &attached, 1) == 1);
  CHECK(cable.shows("prog/xdp"));
  kill(child, SIGKILL);
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(WIFSIGNALED(status));
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (cable.shows("prog/xdp") && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  CHECK_FALSE(cable.shows("prog/xdp"));
}

TEST_CASE("XDP runs in the driver or in the generic path, as asked", "[network]") {
  const Cable cable;
  BPF bpf(count_frames);
  bpf.attach_xdp(cable.vin(), "on_xdp", XdpMode::generic);
  CHECK(cable.shows("xdpgeneric"));
  cable.exchange(2);
  bpf.remove_xdp(cable.vin());
  bpf.attach_xdp(cable.vin(), "on_xdp", XdpMode::native);
  CHECK_FALSE(cable.shows("xdpgeneric"));
  CHECK(cable.shows("prog/xdp"));
  cable.exchange(2);
  CHECK(bpf.get_array_table<std::uint64_t>("frames")[0] == 4);

  const NetworkDevice loopback = {"lo", cable.namespaces["r"]};
  const auto refused = attach_error([&] { bpf.attach_xdp(loopback, "on_xdp", XdpMode::native); });
  CHECK_THAT(refused, Catch::Contains("no XDP in this mode"));
  bpf.attach_xdp(loopback, "on_xdp");
  CHECK(cable.namespaces.ip("r", "-d link show dev lo").find("xdpgeneric") != std::string::npos);
}

TEST_CASE("a device that is not in the namespace is named together with the namespace", "[network]") {
  const Cable cable;
  BPF bpf(count_frames);
  const auto& name = cable.namespaces["r"];
  // a0 exists, but in the other one.
  CHECK_THAT(attach_error([&] {
               bpf.attach_xdp({"a0", name}, "on_xdp");
             }),
             Catch::Contains("no device a0 in network namespace " + name));
  CHECK_THAT(attach_error([&] {
               bpf.attach_tc({"a0", name}, TcDirection::ingress, "on_ingress");
             }),
             Catch::Contains("no device a0 in network namespace " + name));
  CHECK_THAT(attach_error([&] { bpf.attach_xdp({"vin"}, "on_xdp"); }),
             Catch::Contains("no device vin in this network namespace"));
  try {
    bpf.attach_xdp({"vin", "no-such-namespace"}, "on_xdp");
    FAIL("attached");
  } catch (const SystemError& error) {
    CHECK(error.code() == std::errc::no_such_file_or_directory);
    CHECK_THAT(error.what(), Catch::Contains("no-such-namespace"));
  }
  try {
    static_cast<void>(device_index({"vni", name}));
    FAIL("found");
  } catch (const NotFound& error) {
    CHECK_THAT(error.name(), Catch::Contains(name));
    CHECK(error.nearest() == std::vector<std::string>{"vin"});
  }
}

TEST_CASE("a second XDP program is told that the device is taken", "[network]") {
  const Cable cable;
  BPF first(count_frames);
  first.attach_xdp(cable.vin(), "on_xdp");
  BPF second(count_frames);
  CHECK_THAT(attach_error([&] { second.attach_xdp(cable.vin(), "on_xdp"); }), Catch::Contains("another XDP program"));
  first.detach_all();
  second.attach_xdp(cable.vin(), "on_xdp");
  CHECK(cable.shows("prog/xdp"));
}

TEST_CASE("tc sees what enters and what leaves, and leaves nothing behind", "[network]") {
  const Cable cable;
  BPF bpf(count_frames);
  const auto frames = bpf.get_array_table<std::uint64_t>("frames");
  bpf.attach_tc(cable.vin(), TcDirection::ingress, "on_ingress");
  bpf.attach_tc({"a0", cable.namespaces["a"]}, TcDirection::egress, "on_egress");
  cable.exchange(7);
  CHECK(frames[1] == 7);
  CHECK(frames[2] == 7);
  bpf.remove_tc(cable.vin(), TcDirection::ingress);
  cable.exchange(2);
  CHECK(frames[1] == 7);
  CHECK(frames[2] == 9);
  CHECK_THROWS_AS(bpf.remove_tc(cable.vin(), TcDirection::ingress), NotFound);
  bpf.detach_all();
  CHECK(cable.qdiscs().find("clsact") == std::string::npos);
}

TEST_CASE("through clsact, the qdisc goes with the last filter for which it was made", "[network]") {
  using runtime::attach_tc;
  const Cable cable;
  BPF bpf(count_frames);
  const auto frames = bpf.get_array_table<std::uint64_t>("frames");
  const auto& in = bpf.load_func("on_ingress", ProgramType::sched_cls);
  const auto& out = bpf.load_func("on_egress", ProgramType::sched_cls);
  auto ingress = attach_tc(in, cable.vin(), TcDirection::ingress, runtime::TcWay::clsact);
  auto egress = attach_tc(out, cable.vin(), TcDirection::egress, runtime::TcWay::clsact);
  CHECK_THAT(cable.qdiscs(), Catch::Contains("clsact"));
  cable.exchange(4);
  CHECK(frames[1] == 4);
  // The one that made the qdisc goes first.
  ingress.detach();
  CHECK_THAT(cable.qdiscs(), Catch::Contains("clsact"));
  egress.detach();
  CHECK_FALSE(cable.qdiscs().find("clsact") != std::string::npos);
  cable.exchange(1);
  CHECK(frames[1] == 4);

  // A qdisc of somebody else stays.
  programs_test::must_run({"tc", "-n", cable.namespaces["r"], "qdisc", "add", "dev", "vin", "clsact"});
  { const auto guest = attach_tc(in, cable.vin(), TcDirection::ingress, runtime::TcWay::clsact); }
  CHECK_THAT(cable.qdiscs(), Catch::Contains("clsact"));
  CHECK(cable.filters("ingress") == "");
}

TEST_CASE("through clsact, filters of others stay and keep the qdisc that was made for ours", "[network][clsact]") {
  const Cable cable;
  BPF bpf(count_frames);
  const auto& in = bpf.load_func("on_ingress", ProgramType::sched_cls);
  {
    const auto ours = runtime::attach_tc(in, cable.vin(), TcDirection::ingress, runtime::TcWay::clsact);
    programs_test::must_run({"tc", "-n", cable.namespaces["r"], "filter", "add", "dev", "vin", "egress", "protocol",
                             "all", "prio", "7", "u32", "match", "u8", "0", "0", "classid", "1:1"});
    CHECK_THAT(cable.filters("ingress"), Catch::Contains("on_ingress"));
  }
  CHECK(cable.filters("ingress") == "");
  CHECK_THAT(cable.filters("egress"), Catch::Contains("u32"));
  CHECK_THAT(cable.qdiscs(), Catch::Contains("clsact"));
}

TEST_CASE("through clsact, a filter that took the place of ours stays", "[network][clsact]") {
  const Cable cable;
  BPF bpf(count_frames);
  const auto& in = bpf.load_func("on_ingress", ProgramType::sched_cls);
  auto ours = runtime::attach_tc(in, cable.vin(), TcDirection::ingress, runtime::TcWay::clsact);
  programs_test::must_run({"tc", "-n", cable.namespaces["r"], "filter", "del", "dev", "vin", "ingress"});
  const auto theirs = runtime::attach_tc(bpf.load_func("on_egress", ProgramType::sched_cls), cable.vin(),
                                         TcDirection::ingress, runtime::TcWay::clsact);
  ours.detach();
  CHECK_THAT(cable.filters("ingress"), Catch::Contains("on_egress"));
}

TEST_CASE("through clsact, threads may attach and detach at once", "[network]") {
  const Cable cable;
  BPF bpf(count_frames);
  const auto& in = bpf.load_func("on_ingress", ProgramType::sched_cls);
  std::atomic<int> failed = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 25; ++round) {
        try {
          auto link = runtime::attach_tc(in, cable.vin(), TcDirection::ingress, runtime::TcWay::clsact);
          link.detach();
        } catch (const Error&) {
          ++failed;
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(failed == 0);
  CHECK(cable.qdiscs().find("clsact") == std::string::npos);
}

TEST_CASE("through clsact, a process that is killed leaves neither filter nor qdisc", "[network][clsact]") {
  const Cable cable;
  Held held([&cable] {
    BPF bpf(count_frames);
    const auto& in = bpf.load_func("on_ingress", ProgramType::sched_cls);
    const auto& out = bpf.load_func("on_egress", ProgramType::sched_cls);
    const auto first = runtime::attach_tc(in, cable.vin(), TcDirection::ingress, runtime::TcWay::clsact);
    const auto second = runtime::attach_tc(out, cable.vin(), TcDirection::egress, runtime::TcWay::clsact);
    Held::wait_for_the_end();
  });
  CHECK_THAT(cable.filters("ingress"), Catch::Contains("on_ingress"));
  CHECK_THAT(cable.filters("egress"), Catch::Contains("on_egress"));
  held.end(SIGKILL);
  CHECK(soon([&] { return cable.qdiscs().find("clsact") == std::string::npos; }));
}

TEST_CASE("a guardian is no child that its program can see, and keeps nothing of it open", "[network]") {
  const Cable cable;
  Held held([&cable] {
    int signals = 0;
    static int* counted = &signals;
    ::signal(SIGCHLD, [](int) { ++*counted; });
    BPF bpf(count_frames, {.auto_attach = AutoAttach::off});
    const auto& in = bpf.load_func("on_ingress", ProgramType::sched_cls);
    signals = 0;
    auto link = runtime::attach_tc(in, cable.vin(), TcDirection::ingress, runtime::TcWay::clsact);
    if (::waitpid(-1, nullptr, WNOHANG) != -1 || errno != ECHILD) ::_exit(2);
    std::vector<pid_t> guardians;
    // It takes its name itself, once it runs.
    if (!soon([&guardians] { return (guardians = guardians_of(::getpid())).size() == 1; })) ::_exit(3);
    const auto folder = "/proc/" + std::to_string(guardians.front()) + "/fd";
    // The C library's world was left before these were closed.
    const auto open = [&folder] {
      return std::distance(std::filesystem::directory_iterator(folder), std::filesystem::directory_iterator());
    };
    if (!soon([&open] { return open() == 2; })) ::_exit(4);
    if (::getsid(guardians.front()) != guardians.front()) ::_exit(5);
    link.detach();
    if (!guardians_of(::getpid()).empty()) ::_exit(6);
    if (signals != 0) ::_exit(7);
    Held::wait_for_the_end();
  });
  held.release();
  CHECK(held.wait() == 0);
}

TEST_CASE("a filter lives as long as any copy of the process that attached it", "[network]") {
  const Cable cable;
  Held held([&cable] {
    BPF bpf(count_frames);
    const auto& in = bpf.load_func("on_ingress", ProgramType::sched_cls);
    auto link = runtime::attach_tc(in, cable.vin(), TcDirection::ingress, runtime::TcWay::clsact);
    // As daemon(3) does.
    if (::fork() != 0) ::_exit(0);
    Held::wait_for_the_end();
  });
  CHECK(held.wait() == 0);
  CHECK_THAT(cable.filters("ingress"), Catch::Contains("on_ingress"));
  held.release();
  CHECK(soon([&] { return cable.qdiscs().find("clsact") == std::string::npos; }));
}

TEST_CASE("a devmap takes devices of other namespaces", "[network]") {
  const Cable cable;
  BPF bpf("BPF_DEVMAP(tx_port, 2);");
  const auto tx_port = bpf.get_devmap_table("tx_port");
  const auto index = device_index(cable.vin());
  tx_port.update(0, cable.vin());
  CHECK(tx_port[0].value == index);
  CHECK_FALSE(tx_port.find(1));

  // A namespace that has nothing but its loopback.
  const Namespaces other({"empty"});
  try {
    in_network_namespace(other["empty"], [&] { tx_port.update(1, index); });
    FAIL("updated");
  } catch (const SystemError& error) {
    CHECK(error.code() == std::errc::no_such_device);
    CHECK_THAT(error.hint(), Catch::Contains("no interface " + std::to_string(index)));
  }
  CHECK_FALSE(tx_port.find(1));
  try {
    tx_port.update(1, NetworkDevice{"vin", other["empty"]});
    FAIL("updated");
  } catch (const NotFound& error) {
    CHECK_THAT(error.name(), Catch::Contains(other["empty"]));
  }
  in_network_namespace(cable.namespaces["r"], [&] { tx_port.update(1, index); });
  CHECK(tx_port[1].value == index);
}

TEST_CASE("an empty slot of a devmap gives the action that redirect_map was told", "[network]") {
  const Cable cable;
  BPF bpf(R"(
BPF_DEVMAP(tx_port, 1);
int or_pass(struct xdp_md *ctx) { return tx_port.redirect_map(0, XDP_PASS); }
int or_abort(struct xdp_md *ctx) { return tx_port.redirect_map(0, XDP_ABORTED); }
)");
  bpf.attach_xdp(cable.vin(), "or_pass");
  cable.exchange(3);
  bpf.remove_xdp(cable.vin());
  bpf.attach_xdp(cable.vin(), "or_abort");
  const FrameSocket sender({"a0", cable.namespaces["a"]});
  const FrameSocket receiver(cable.vin());
  sender.send_frame(EthernetFrame(60, 0xff));
  CHECK(receiver.receive(1, 200).empty());
}
