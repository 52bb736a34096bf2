// What tools ported from bcc ask of a BPF object besides maps and probes.

#include "cgroup.hpp"
#include "common/capabilities.hpp"

#include <bccxx/bpf.hpp>
#include <bccxx/runtime/containers.hpp>

#include <catch2/catch.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>

using namespace bccxx;
using Catch::Matchers::Contains;

namespace {

constexpr const char* text = R"(
BPF_ARRAY(first_calls, u64, 1);
BPF_ARRAY(second_calls, u64, 1);
int first(struct pt_regs *ctx) {
  if ((bpf_get_current_pid_tgid() >> 32) == MY_PID) first_calls.atomic_increment(0);
  return 0;
}
int second(struct pt_regs *ctx) {
  if ((bpf_get_current_pid_tgid() >> 32) == MY_PID) second_calls.atomic_increment(0);
  return 0;
}
int on_event(void *ctx) { return 0; }
)";

Options quiet() { return {.cflags = {"-DMY_PID=" + std::to_string(getpid())}, .auto_attach = AutoAttach::off}; }

std::uint64_t calls(const BPF& bpf, const std::string& name) { return bpf.get_array_table<std::uint64_t>(name)[0]; }

/// A pin that goes with the test.
struct Pin {
  std::string path;
  explicit Pin(const std::string& name) : path("/sys/fs/bpf/bccxx-parity-" + std::to_string(getpid()) + "-" + name) {}
  ~Pin() {
    std::error_code ignored;
    std::filesystem::remove(path, ignored);
  }
  Pin(const Pin&) = delete;
  Pin& operator=(const Pin&) = delete;
};

/// How many of three getpgid calls pass a filter.
std::uint64_t passed(const ContainerMaps& maps) {
  const auto filter = filter_by_containers(maps);
  BPF bpf(filter + R"(
BPF_ARRAY(calls, u64, 1);
int on_call(void *ctx) {
  if ((bpf_get_current_pid_tgid() >> 32) != MY_PID) return 0;
  if (container_should_be_filtered()) return 0;
  calls.atomic_increment(0);
  return 0;
}
)",
          quiet());
  bpf.attach_tracepoint("syscalls:sys_enter_getpgid", "on_call");
  for (int i = 0; i < 3; ++i) syscall(SYS_getpgid, 0);
  return calls(bpf, "calls");
}

}  // namespace

TEST_CASE("one of two programs on a kernel function ends, and open events are counted", "[parity]") {
  BPF bpf(text, quiet());
  const auto function = BPF::get_syscall_fnname("getpgid");
  bpf.attach_kprobe(function, "first");
  bpf.attach_kprobe(function, "second");
  bpf.attach_kretprobe(function, "first");
  bpf.attach_tracepoint("sched:sched_switch", "on_event");
  bpf.attach_uprobe({.binary = "c", .symbol = "rmdir", .pid = getpid()}, "first");
  CHECK(bpf.num_open_kprobes() == 2);
  CHECK(bpf.num_open_uprobes() == 1);
  CHECK(bpf.num_open_tracepoints() == 1);
  syscall(SYS_getpgid, 0);
  CHECK(calls(bpf, "first_calls") == 2);
  CHECK(calls(bpf, "second_calls") == 1);
  bpf.detach_kprobe(function, "first");
  CHECK_THROWS_WITH(bpf.detach_kprobe(function, "first"), Contains(function + " with first"));
  syscall(SYS_getpgid, 0);
  CHECK(calls(bpf, "first_calls") == 3);
  CHECK(calls(bpf, "second_calls") == 2);
  bpf.detach_kprobe(function);
  CHECK(bpf.num_open_kprobes() == 1);
  bpf.detach_all();
  CHECK(bpf.num_open_kprobes() + bpf.num_open_uprobes() + bpf.num_open_tracepoints() == 0);
}

TEST_CASE("fields of structs and values of enums are asked of the running kernel", "[parity]") {
  CHECK(BPF::kernel_struct_has_field("task_struct", "pid") == true);
  // In an anonymous struct of an anonymous union.
  CHECK(BPF::kernel_struct_has_field("sock_common", "skc_daddr") == true);
  CHECK(BPF::kernel_struct_has_field("task_struct", "no_such_field") == false);
  CHECK(BPF::kernel_struct_has_field("no_such_struct", "pid") == std::nullopt);
  CHECK(BPF::kernel_struct_has_field("", "pid") == std::nullopt);
  CHECK(BPF::kernel_enum_value("bpf_map_type", "BPF_MAP_TYPE_HASH") == 1);
  CHECK(BPF::kernel_enum_value("", "BPF_MAP_TYPE_ARRAY") == 2);
  CHECK(BPF::kernel_enum_value("bpf_map_type", "BPF_PROG_TYPE_KPROBE") == std::nullopt);
  CHECK(BPF::kernel_enum_value("pid_type", "PIDTYPE_PID") == 0);
}

TEST_CASE("a program is attached to a descriptor, and ends with its link", "[parity]") {
  const auto path = programs::cgroup2_mount() + "/bccxx-parity-" + std::to_string(getpid());
  std::filesystem::create_directory(path);
  const UniqueFd directory(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  REQUIRE(directory);
  constexpr std::uint32_t egress = 1;  // BPF_CGROUP_INET_EGRESS
  {
    BPF bpf("int pass(struct __sk_buff *skb) { return 1; }", quiet());
    auto& link = bpf.attach_func("pass", directory.get(), egress, 0, ProgramType::cgroup_skb);
    CHECK(link.via() == AttachVia::descriptor);
    // Without flags a cgroup takes one program.
    bpf.detach_func("pass", directory.get(), egress);
    CHECK_THROWS_AS(bpf.detach_func("pass", directory.get(), egress), NotFound);
    bpf.attach_func("pass", directory.get(), egress, 0, ProgramType::cgroup_skb);
    CHECK_THROWS_AS(bpf.attach_func("pass", 99999, egress, 0, ProgramType::cgroup_skb), AttachError);
    const UniqueFd file(open("/dev/null", O_RDONLY | O_CLOEXEC));
    CHECK_THROWS_AS(bpf.attach_func("pass", file.get(), egress, 0, ProgramType::cgroup_skb), AttachError);
  }
  BPF after("int pass(struct __sk_buff *skb) { return 1; }", quiet());
  // Were the first still there, its flags would have to be those of this one.
  constexpr std::uint32_t allow_multi = 2;
  after.attach_func("pass", directory.get(), egress, allow_multi, ProgramType::cgroup_skb);
  after.detach_all();
  // One that takes the place of another stays when that ends.
  after.attach_func("pass", directory.get(), egress, 0, ProgramType::cgroup_skb);
  BPF successor("int pass(struct __sk_buff *skb) { return 1; }", quiet());
  successor.attach_func("pass", directory.get(), egress, 0, ProgramType::cgroup_skb);
  after.detach_all();
  CHECK_THROWS_AS(after.attach_func("pass", directory.get(), egress, allow_multi, ProgramType::cgroup_skb),
                  AttachError);
  successor.detach_all();
  rmdir(path.c_str());
}

TEST_CASE("processes of other containers are filtered", "[parity]") {
  CHECK(passed({}) == 3);
  SECTION("by mount namespace, in a map of another size than bcc's") {
    const Pin pin("mntns");
    const auto map =
        Map::create({.kind = MapKind::hash, .name = "mntns", .key_size = 8, .value_size = 4, .max_entries = 128});
    map->pin(pin.path);
    CHECK(passed({.mntnsmap = pin.path}) == 0);
    struct stat status {};
    REQUIRE(stat("/proc/self/ns/mnt", &status) == 0);
    HashTable<std::uint64_t, std::uint32_t>(map).update(status.st_ino, 0);
    CHECK(passed({.mntnsmap = pin.path}) == 3);
  }
  SECTION("by cgroup, where the map is made") {
    const Pin pin("cgroup");
    CHECK(passed({.cgroupmap = pin.path}) == 0);
    CHECK(Map::open_pinned(pin.path)->info().max_entries == 1024);
    CHECK(passed({.cgroupmap = pin.path, .mntnsmap = pin.path}) == 0);
  }
  SECTION("but not by a map of another shape") {
    const Pin pin("array");
    Map::create({.kind = MapKind::array, .name = "array", .key_size = 4, .value_size = 8, .max_entries = 1})
        ->pin(pin.path);
    CHECK_THROWS_AS(filter_by_containers({.cgroupmap = pin.path}), TypeMismatch);
    CHECK_THROWS_AS(filter_by_containers({.cgroupmap = "/sys/fs/bpf/\""}), std::invalid_argument);
  }
}
