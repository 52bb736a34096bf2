// Files that another process serves: it may never answer, so it is never asked.

#include "integration/symbols/silent_file_system.hpp"

#include "common/skip.hpp"
#include "integration/symbols/target_process.hpp"
#include "symbols/served_files.hpp"
#include "symbols/target_file.hpp"

#include <bccxx/symbols/symboliser.hpp>

#include <catch2/catch.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/fuse.h>
#include <poll.h>
#include <sched.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <unistd.h>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <vector>

using bccxx::ProcessSymbols;
using bccxx::Symboliser;
using bccxx::UniqueFd;
using bccxx::Unresolved;
using bccxx::symbols::is_served;
using symbols_test::in_fork;
using symbols_test::ScratchDirectory;
using symbols_test::SilentFileSystem;
using symbols_test::target_path;
using symbols_test::TargetProcess;

namespace symbols_test {

SilentFileSystem::SilentFileSystem()
    : device_(::open("/dev/fuse", O_RDWR | O_CLOEXEC)), stop_(::eventfd(0, EFD_CLOEXEC)) {
  if (device_) server_ = std::thread([this] { serve(); });
}

SilentFileSystem::~SilentFileSystem() {
  const std::uint64_t one = 1;
  if (::write(stop_.get(), &one, sizeof(one)) != sizeof(one)) std::abort();
  if (server_.joinable()) server_.join();
}

bool SilentFileSystem::mount_at(const std::string& directory) const {
  const auto options = fmt::format("fd={},rootmode=40000,user_id=0,group_id=0,allow_other", device_.get());
  return ::mount("silent", directory.c_str(), "fuse", 0, options.c_str()) == 0;
}

void SilentFileSystem::serve() {
  std::vector<char> request(FUSE_MIN_READ_BUFFER + 65536);
  for (;;) {
    std::array<pollfd, 2> ready = {pollfd{device_.get(), POLLIN, 0}, pollfd{stop_.get(), POLLIN, 0}};
    if (::poll(ready.data(), ready.size(), -1) < 0 || ready[1].revents != 0) return;
    // Before it is mounted there is nothing to read, and poll says so at once.
    const auto size = ::read(device_.get(), request.data(), request.size());
    if (size < static_cast<ssize_t>(sizeof(fuse_in_header))) {
      ::usleep(1000);
      continue;
    }
    fuse_in_header question{};
    std::memcpy(&question, request.data(), sizeof(question));
    struct {
      fuse_out_header header;
      fuse_init_out init;
    } answer{};
    answer.header = {sizeof(answer.header), -ENOENT, question.unique};
    if (question.opcode == FUSE_INIT) {
      answer.init.major = FUSE_KERNEL_VERSION;
      answer.init.minor = FUSE_KERNEL_MINOR_VERSION;
      answer.init.max_write = 4096;
      answer.header = {sizeof(answer), 0, question.unique};
    } else {
      ++questions_;
    }
    static_cast<void>(::write(device_.get(), &answer, answer.header.len));
  }
}

}  // namespace symbols_test

namespace {

bool has_own_mounts() {
  return ::unshare(CLONE_NEWNS) == 0 && ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
}

}  // namespace

TEST_CASE("a FUSE file system is known without asking it, and others are not taken for one") {
  const SilentFileSystem silent;
  if (!silent.available()) return bccxx::test::skip("there is no /dev/fuse");
  const ScratchDirectory scratch;
  CHECK(in_fork([&] {
          if (!has_own_mounts() || !silent.mount_at(scratch.path())) return std::string("not mounted");
          const UniqueFd root(::open(scratch.path().c_str(), O_PATH | O_DIRECTORY));
          if (!is_served(root.get())) return std::string("not known");
          for (const auto* place : {"/", "/proc", "/sys", "/dev"}) {
            const UniqueFd other(::open(place, O_PATH | O_DIRECTORY));
            if (is_served(other.get())) return std::string("taken for one: ") + place;
          }
          return std::string();
        }) == ".");
  CHECK(silent.questions() == 0);
}

TEST_CASE("a perf map on a FUSE file system is not asked for") {
  const SilentFileSystem silent;
  if (!silent.available()) return bccxx::test::skip("there is no /dev/fuse");
  CHECK(in_fork([&] {
          if (!has_own_mounts() || !silent.mount_at("/tmp")) return std::string("not mounted");
          void* code = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
          const auto frame = Symboliser().resolve(::getpid(), reinterpret_cast<std::uint64_t>(code));
          return frame.reason == Unresolved::anonymous_memory ? std::string() : bccxx::to_string(frame);
        }) == ".");
  CHECK(silent.questions() == 0);
}

TEST_CASE("a debug file on a process's FUSE file system is not asked for, nor through a link") {
  const SilentFileSystem silent;
  if (!silent.available()) return bccxx::test::skip("there is no /dev/fuse");
  const ScratchDirectory scratch;
  const auto debug = scratch.path() + "/debug";
  const auto served = scratch.path() + "/served";
  std::filesystem::create_directory(served);
  SECTION("itself") { std::filesystem::create_symlink("served", debug); }
  SECTION("by an absolute link") { std::filesystem::create_symlink(served, debug); }
  SECTION("below it") { std::filesystem::create_symlink(served + "/below", debug); }
  std::filesystem::copy_file(target_path("symbols_target_separate"), scratch.path() + "/program");
  TargetProcess target({scratch.path() + "/program"}, [&] {
    if (!has_own_mounts() || !silent.mount_at(served)) ::_exit(126);
  });
  const auto address = target.at("hidden_function").address;
  CHECK_FALSE(ProcessSymbols(target.pid(), {.debug_directories = {debug}}).resolve(address).resolved());
  CHECK(silent.questions() == 0);
  ProcessSymbols allowed(target.pid(), {.fuse_files = true, .debug_directories = {debug}});
  CHECK_FALSE(allowed.resolve(address).resolved());
  CHECK(silent.questions() > 0);
}

TEST_CASE("a file is found through the links of a root, which lead nowhere else") {
  const ScratchDirectory scratch;
  namespace fs = std::filesystem;
  fs::create_directories(scratch.path() + "/root/a/b");
  fs::copy_file(target_path("symbols_target_debug"), scratch.path() + "/root/a/b/file");
  fs::copy_file(target_path("symbols_target"), scratch.path() + "/file");
  fs::create_symlink("/a/b", scratch.path() + "/root/absolute");
  fs::create_symlink("../../../..", scratch.path() + "/root/a/up");
  fs::create_symlink("loop", scratch.path() + "/root/loop");
  fs::create_symlink("file", scratch.path() + "/root/a/b/link");
  const UniqueFd root(::open((scratch.path() + "/root").c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  const auto inside =
      bccxx::symbols::open_regular_here(scratch.path() + "/root/a/b/file", bccxx::symbols::ServedFiles::refuse);
  REQUIRE(inside);
  const auto found = [&](const std::string& path, bccxx::symbols::LastLink last) {
    return bccxx::symbols::open_regular_in_root(root.get(), path, last, bccxx::symbols::ServedFiles::refuse);
  };
  using bccxx::symbols::LastLink;
  for (const auto* path : {"/a/b/file", "a//./b/file", "/absolute/file", "/a/up/a/b/file", "/a/up/absolute/link",
                           "/../../a/b/../b/link", "/a/b/link"}) {
    INFO(path);
    CHECK(found(path, LastLink::follow).identity == inside.identity);
  }
  CHECK(found("/a/up/file", LastLink::follow).reason == Unresolved::file_gone);
  CHECK(found("/loop", LastLink::follow).reason == Unresolved::file_gone);
  CHECK(found("/a/b", LastLink::follow).reason == Unresolved::not_a_regular_file);
  CHECK(found("/", LastLink::follow).reason == Unresolved::not_a_regular_file);
  CHECK(found("/a/b/file/more", LastLink::follow).reason == Unresolved::file_gone);
  CHECK(found("/a/b/link", LastLink::refuse).reason == Unresolved::not_a_regular_file);
  CHECK(found("/absolute/file", LastLink::refuse).identity == inside.identity);
}
