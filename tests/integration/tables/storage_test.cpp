// Values that hang on sockets, tasks, inodes and control groups.

#include <bccxx/support/error.hpp>
#include <bccxx/tables/cg_storage.hpp>
#include <bccxx/tables/cgrp_storage.hpp>
#include <bccxx/tables/inode_storage.hpp>
#include <bccxx/tables/percpu_cg_storage.hpp>
#include <bccxx/tables/sk_storage.hpp>
#include <bccxx/tables/task_storage.hpp>

#include "common/skip.hpp"
#include "live_kinds.hpp"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <string>

namespace {

template <class Table>
void check_storage(const Table& table, int object, int stranger) {
  CHECK_FALSE(table.find(object));
  CHECK_THROWS_AS(table[object], bccxx::KeyError);
  CHECK_FALSE(table.remove(object));
  table.update(object, 7);
  CHECK(table[object] == 7U);
  CHECK(table.contains(object));
  CHECK_THROWS_AS(table.update(object, 8, bccxx::Update::noexist), bccxx::SystemError);
  CHECK(table.remove(object));
  CHECK_FALSE(table.contains(object));
  CHECK_THROWS_AS(table.find(stranger), bccxx::SystemError);
}

}  // namespace

TEST_CASE("a socket has its storage") {
  const bccxx::UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  check_storage(bccxx::SkStorageTable<std::uint64_t>(live::storage(bccxx::MapKind::sk_storage)), socket.get(), -1);
}

TEST_CASE("a task has its storage") {
  const bccxx::UniqueFd self(static_cast<int>(::syscall(SYS_pidfd_open, ::getpid(), 0)));
  REQUIRE(self);
  const bccxx::UniqueFd file(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  check_storage(bccxx::TaskStorageTable<std::uint64_t>(live::storage(bccxx::MapKind::task_storage)), self.get(),
                file.get());
}

TEST_CASE("an inode has its storage") {
  const bccxx::UniqueFd file(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  const bccxx::InodeStorageTable<std::uint64_t> table(live::storage(bccxx::MapKind::inode_storage));
  check_storage(table, file.get(), -1);
}

TEST_CASE("a control group has its storage, in a map that has BTF") {
  const auto place = std::filesystem::temp_directory_path() / ("bccxx-storage-" + std::to_string(::getpid()));
  std::filesystem::create_directory(place);
  REQUIRE(::mount("cgroup2", place.c_str(), "cgroup2", 0, nullptr) == 0);
  const auto made = live::try_storage(bccxx::MapKind::cgrp_storage);
  if (made == -EINVAL && !live::kernel_has_map_type("BPF_MAP_TYPE_CGRP_STORAGE")) {
    bccxx::test::skip("Linux 6.2 (BPF_MAP_TYPE_CGRP_STORAGE)");
  } else {
    REQUIRE(made >= 0);
    const bccxx::UniqueFd group(::open(place.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    const auto map = std::make_shared<const bccxx::Map>(bccxx::UniqueFd(made), "storage");
    check_storage(bccxx::CgrpStorageTable<std::uint64_t>(map), group.get(), -1);
    // Without BTF the kernel makes none, which is why libbcc and Map::create cannot.
    CHECK_THROWS_AS(bccxx::Map::create({.kind = bccxx::MapKind::cgrp_storage,
                                        .name = "bare",
                                        .key_size = 4,
                                        .value_size = 8,
                                        .flags = BPF_F_NO_PREALLOC}),
                    bccxx::SystemError);
  }
  CHECK(::umount(place.c_str()) == 0);
  CHECK(::rmdir(place.c_str()) == 0);
}

TEST_CASE("storage handles refuse each other's maps") {
  const auto map = live::storage(bccxx::MapKind::sk_storage);
  CHECK_THROWS_AS(bccxx::TaskStorageTable<std::uint64_t>(map), bccxx::TypeMismatch);
  CHECK_THROWS_AS(bccxx::SkStorageTable<std::uint32_t>(map), bccxx::TypeMismatch);
  CHECK_THROWS_AS(bccxx::SkStorageTable<std::int64_t>(map), bccxx::TypeMismatch);
}

TEST_CASE("cgroup storage is empty until a program with it is attached") {
  const bccxx::CgStorageTable<std::uint64_t> shared(live::make(BPF_MAP_TYPE_CGROUP_STORAGE, 16, 8, 0));
  CHECK(shared.items().empty());
  CHECK_FALSE(shared.find({1, 0, 0}));
  CHECK_THROWS_AS(shared.update({1, 0, 0}, 1), bccxx::SystemError);
  const bccxx::PercpuCgStorageTable<std::uint64_t> each(live::make(BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE, 16, 8, 0));
  CHECK(each.items().empty());
  CHECK_FALSE(each.find({1, 0, 0}));
}
