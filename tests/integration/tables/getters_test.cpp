// The front door's getters for kinds that libbcc cannot declare, on maps that programs of an object wrote.

#include <bccxx/bpf.hpp>
#include <bccxx/runtime/features.hpp>
#include <bccxx/support/error.hpp>

#include "common/skip.hpp"
#include "live_map.hpp"
#include "live_program.hpp"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

using bccxx::BPF;

namespace {

BPF kinds() {
  return BPF::from_object(std::filesystem::path(BCCXX_BINARY_DIR "/tests/objects/kinds.bpf.o"),
                          {.auto_attach = bccxx::AutoAttach::off});
}

std::uint32_t run(BPF& bpf, const std::string& program) {
  return live::run_raw_tracepoint(bpf.load_func(program, bccxx::ProgramType::unspecified).fd());
}

}  // namespace

TEST_CASE("bloom filters, queues and stacks come out as a program filled them") {
  auto bpf = kinds();
  run(bpf, "fill");
  const auto seen = bpf.get_bloom_filter<std::uint64_t>("seen");
  CHECK(seen.may_contain(11));
  CHECK(seen.may_contain(33));
  std::size_t wrong = 0;
  for (std::uint64_t i = 1000; i < 1100; ++i) wrong += seen.may_contain(i) ? 1 : 0;
  CHECK(wrong < 20);

  const auto queue = bpf.get_queuestack_table<std::uint64_t>("queue");
  CHECK(queue.peek() == 11U);
  CHECK(queue.drain() == std::vector<std::uint64_t>{11, 22, 33});
  const auto stack = bpf.get_queuestack_table<std::uint64_t>("stack");
  CHECK(stack.pop() == 33U);
  CHECK(bpf.get_table("stack").pop() == "22");
  CHECK_THROWS_AS(bpf.get_queuestack_table<std::uint32_t>("queue"), bccxx::TypeMismatch);
}

TEST_CASE("a task's storage is what a program put there") {
  auto bpf = kinds();
  run(bpf, "fill");
  run(bpf, "fill");
  const bccxx::UniqueFd self(static_cast<int>(::syscall(SYS_pidfd_open, ::getpid(), 0)));
  REQUIRE(self);
  const auto storage = bpf.get_task_storage_table<std::uint64_t>("of_tasks");
  CHECK(storage[self.get()] == 2 * 4711U);
  CHECK_THROWS_AS(storage.text(), bccxx::NotSupported);
  CHECK(bpf.get_table("of_tasks").find(std::to_string(self.get())) == "9422");
  CHECK(storage.remove(self.get()));
  CHECK_FALSE(storage.find(self.get()));
}

TEST_CASE("a file's storage is what a program put there") {
  const auto& lsm = bccxx::probe_feature(bccxx::Feature::lsm);
  if (!lsm.available) return bccxx::test::skip("programs of the security module: " + lsm.reason);
  auto bpf = kinds();
  const auto path = std::filesystem::temp_directory_path() / ("bccxx-inode-" + std::to_string(::getpid()));
  bpf.get_array_table<std::uint64_t>("sums").update(0, static_cast<std::uint64_t>(::getpid()));
  const auto storage = bpf.get_inode_storage_table<std::uint64_t>("of_inodes");
  const bccxx::UniqueFd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  REQUIRE(file);
  bpf.attach_lsm("on_permission");
  CHECK_FALSE(storage.find(file.get()));
  for (int i = 0; i < 3; ++i) CHECK(bccxx::UniqueFd(::open(path.c_str(), O_RDONLY | O_CLOEXEC)));
  CHECK(storage.find(file.get()) >= 3U);
  CHECK(::unlink(path.c_str()) == 0);
}

TEST_CASE("a user ring buffer is drained by a program, and full when nobody does") {
  auto bpf = kinds();
  auto orders = bpf.get_user_ring_buffer("orders");
  const auto sums = bpf.get_array_table<std::uint64_t>("sums");
  CHECK(orders.capacity() == 4096);
  for (std::uint64_t i = 1; i <= 10; ++i) CHECK(orders.submit(i));
  CHECK(run(bpf, "drain") == 10);
  CHECK(sums[0] == 55);
  CHECK(sums[1] == 10);
  std::uint64_t written = 0;
  while (orders.submit(std::uint64_t{1})) REQUIRE(++written < 10'000);
  CHECK(written > 100);
  CHECK(run(bpf, "drain") == written);
  CHECK(sums[1] == 10 + written);
  CHECK(orders.submit(std::uint64_t{1}));
  CHECK_THROWS_AS(bpf.get_user_ring_buffer("sums"), bccxx::TypeMismatch);
}

TEST_CASE("packets are redirected by any number to the device that stands under it") {
  constexpr std::uint32_t aborted = 0;
  constexpr std::uint32_t redirected = 4;
  auto bpf = kinds();
  const auto devices = bpf.get_devmap_hash_table("devices");
  const int program = bpf.load_func("to_device", bccxx::ProgramType::unspecified).fd();
  CHECK(live::run_on_packet(program) == aborted);
  devices.update(70'000, 1);
  CHECK(live::run_on_packet(program) == redirected);
  CHECK(devices.items().size() == 1);
  CHECK(devices[70'000].value == 1);
  CHECK(devices.remove(70'000));
  CHECK(live::run_on_packet(program) == aborted);
}

TEST_CASE("a program asks whether its task is in a control group") {
  const auto place = std::filesystem::temp_directory_path() / ("bccxx-groups-" + std::to_string(::getpid()));
  std::filesystem::create_directory(place);
  REQUIRE(::mount("cgroup2", place.c_str(), "cgroup2", 0, nullptr) == 0);
  const auto other = place / ("bccxx-" + std::to_string(::getpid()));
  std::filesystem::create_directory(other);
  {
    auto bpf = kinds();
    const auto groups = bpf.get_cgroup_array("groups");
    const auto asked = [&] { return static_cast<std::int32_t>(run(bpf, "in_group")); };
    CHECK(asked() == -EAGAIN);
    groups.update(0, place);
    CHECK(asked() == 1);
    groups.update(0, other);
    CHECK(asked() == 0);
    CHECK(groups.remove(0));
    CHECK_FALSE(groups.remove(0));
  }
  CHECK(::rmdir(other.c_str()) == 0);
  CHECK(::umount(place.c_str()) == 0);
  CHECK(::rmdir(place.c_str()) == 0);
}
