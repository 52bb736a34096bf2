// Tables of programs, perf events, control groups, devices, CPUs and sockets.

#include <bccxx/support/cpus.hpp>
#include <bccxx/support/error.hpp>
#include <bccxx/tables/cgroup_array.hpp>
#include <bccxx/tables/cpumap.hpp>
#include <bccxx/tables/devmap.hpp>
#include <bccxx/tables/devmap_hash.hpp>
#include <bccxx/tables/perf_event_array.hpp>
#include <bccxx/tables/prog.hpp>
#include <bccxx/tables/sockhash.hpp>
#include <bccxx/tables/sockmap.hpp>
#include <bccxx/tables/xskmap.hpp>

#include "connection.hpp"
#include "live_map.hpp"
#include "live_program.hpp"

#include <linux/perf_event.h>
#include <net/if.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <string>

namespace {

bccxx::UniqueFd returns(bpf_prog_type type, std::int32_t number) {
  return live::load(type, {live::move_number(BPF_REG_0, number), live::leave()});
}

struct Owner {
  bccxx::UniqueFd owned;
  [[nodiscard]] int fd() const { return owned.get(); }
};

/// The control groups, mounted at a place of their own.
class CgroupMount {
 public:
  CgroupMount() : path_(std::filesystem::temp_directory_path() / ("bccxx-cgroup-" + std::to_string(::getpid()))) {
    std::filesystem::create_directory(path_);
    REQUIRE(::mount("cgroup2", path_.c_str(), "cgroup2", 0, nullptr) == 0);
  }
  ~CgroupMount() {
    ::umount(path_.c_str());
    ::rmdir(path_.c_str());
  }
  CgroupMount(const CgroupMount&) = delete;
  CgroupMount& operator=(const CgroupMount&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::uint64_t cookie_of(int socket) {
  std::uint64_t cookie = 0;
  socklen_t length = sizeof cookie;
  REQUIRE(::getsockopt(socket, SOL_SOCKET, SO_COOKIE, &cookie, &length) == 0);
  return cookie;
}

}  // namespace

TEST_CASE("a program table is jumped through") {
  const auto map = live::make(BPF_MAP_TYPE_PROG_ARRAY, 4, 4, 3);
  const bccxx::ProgTable table(map);
  std::vector<bpf_insn> code;
  live::load_map(code, BPF_REG_2, map->fd());
  code.insert(code.end(), {live::move_number(BPF_REG_3, 1), live::call(BPF_FUNC_tail_call),
                           live::move_number(BPF_REG_0, 11), live::leave()});
  const auto caller = live::load(BPF_PROG_TYPE_SCHED_CLS, code);
  CHECK(live::run_on_packet(caller.get()) == 11);
  CHECK_FALSE(table.find(1));
  table.update(1, Owner{returns(BPF_PROG_TYPE_SCHED_CLS, 22)});
  CHECK(live::run_on_packet(caller.get()) == 22);
  CHECK(table.find(1).value() > 0);
  CHECK(table.remove(1));
  CHECK_FALSE(table.remove(1));
  CHECK_FALSE(table.remove(7));
  CHECK(live::run_on_packet(caller.get()) == 11);
  CHECK_THROWS_AS(table.update(3, 0), bccxx::KeyError);
  CHECK_THROWS_AS(table.update(0, Owner{returns(BPF_PROG_TYPE_SOCKET_FILTER, 0)}), bccxx::SystemError);
}

TEST_CASE("perf counters are opened for every CPU") {
  const auto map = live::make(BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, static_cast<std::uint32_t>(bccxx::possible_cpus()));
  const bccxx::PerfEventArray table(map);
  CHECK(table.open_all_cpu(PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_CLOCK) == bccxx::online_cpus());
  CHECK(table.remove(0));
  CHECK_FALSE(table.remove(0));
  table.open_on_cpu(0, PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_CLOCK);
  table.clear();
  CHECK_FALSE(table.remove(0));
  CHECK_THROWS_AS(table.open_all_cpu(PERF_TYPE_SOFTWARE, 0xdead), bccxx::SystemError);
}

TEST_CASE("control groups are taken by path or descriptor") {
  const bccxx::CgroupArray table(live::make(BPF_MAP_TYPE_CGROUP_ARRAY, 4, 4, 2));
  const CgroupMount groups;
  table.update(0, groups.path());
  CHECK(table.remove(0));
  CHECK_FALSE(table.remove(1));
  CHECK_THROWS_AS(table.update(0, "/nonexistent"), bccxx::SystemError);
  CHECK_THROWS_AS(table.update(0, "/tmp"), bccxx::SystemError);
}

TEST_CASE("interfaces are redirect targets, with and without a program") {
  const auto loopback = ::if_nametoindex("lo");
  const bccxx::DevmapTable plain(live::make(BPF_MAP_TYPE_DEVMAP, 4, 4, 4));
  plain.update(2, loopback);
  CHECK(plain[2] == bccxx::RedirectTarget{loopback, 0});
  CHECK_FALSE(plain.find(1));
  CHECK(plain.size() == 1);
  CHECK(plain.items().at(0).first == 2);
  CHECK(plain.remove(2));
  CHECK_FALSE(plain.remove(2));
  CHECK_THROWS_AS(plain[2], bccxx::KeyError);
  CHECK_THROWS_AS(plain.update(0, 0x7fffffff), bccxx::SystemError);

  const bccxx::DevmapHashTable hash(live::make(BPF_MAP_TYPE_DEVMAP_HASH, 4, 8, 4));
  hash.update(4711, loopback);
  CHECK(hash[4711].value == loopback);
  hash.clear();
  CHECK(hash.size() == 0);
  CHECK_THROWS_AS(plain.update(0, loopback, Owner{returns(BPF_PROG_TYPE_XDP, 2)}), bccxx::TypeMismatch);
}

TEST_CASE("CPUs are redirect targets") {
  const bccxx::CpumapTable table(
      live::make(BPF_MAP_TYPE_CPUMAP, 4, 8, static_cast<std::uint32_t>(bccxx::possible_cpus())));
  const auto cpu = static_cast<std::uint32_t>(bccxx::online_cpus().front());
  table.update(cpu, 192);
  CHECK(table[cpu].value == 192);
  CHECK(table.remove(cpu));
  CHECK_FALSE(table.find(cpu));
}

TEST_CASE("an XSK map refuses what is no AF_XDP socket") {
  const bccxx::XskmapTable table(live::make(BPF_MAP_TYPE_XSKMAP, 4, 4, 4));
  CHECK(table.size() == 4);
  const bccxx::UniqueFd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  CHECK_THROWS_AS(table.update(0, socket.get()), bccxx::SystemError);
  CHECK_THROWS_AS(table.update(4, socket.get()), bccxx::KeyError);
}

TEST_CASE("sockets go in as descriptors and come out as cookies") {
  const live::Connection connection;
  const bccxx::SockmapTable map(live::make(BPF_MAP_TYPE_SOCKMAP, 4, 8, 4));
  CHECK_FALSE(map.find(1));
  map.update(1, connection.client.get());
  CHECK(map.find(1) == cookie_of(connection.client.get()));
  CHECK(map.remove(1));
  CHECK_FALSE(map.remove(1));

  const bccxx::SockhashTable<std::uint64_t> hash(live::make(BPF_MAP_TYPE_SOCKHASH, 8, 4, 4));
  hash.update(99, connection.server.get());
  CHECK_THROWS_AS(hash.find(99), bccxx::TypeMismatch);
  hash.clear();
  CHECK_FALSE(hash.remove(99));
}
