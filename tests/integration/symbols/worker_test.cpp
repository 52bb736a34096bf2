// The process that reads DWARF: what it may do, and what is left of it.

#include "integration/symbols/target_process.hpp"
#include "support/file.hpp"
#include "symbols/dwarf_protocol.hpp"
#include "symbols/dwarf_worker.hpp"

#include <catch2/catch.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cerrno>
#include <filesystem>
#include <set>

using bccxx::UniqueFd;
using bccxx::support::read_small_file;
using bccxx::symbols::DwarfWorker;
using symbols_test::in_fork;
using symbols_test::target_path;

namespace {

const std::vector<std::uint64_t> some_addresses = {0x1100};

UniqueFd target_file() { return UniqueFd(::open(target_path("symbols_target").c_str(), O_RDONLY | O_CLOEXEC)); }

/// The rest of the line of /proc/PID/status that starts with `key`.
std::string status_of(pid_t pid, const std::string& key) {
  const auto text = "\n" + read_small_file(fmt::format("/proc/{}/status", pid)).value_or("");
  const auto at = text.find("\n" + key + ":\t");
  if (at == std::string::npos) return "no " + key;
  const auto start = at + key.size() + 3;
  return text.substr(start, text.find('\n', start) - start);
}

/// All capabilities of a process, as /proc/PID/status names its sets.
std::string capabilities_of(pid_t pid) {
  std::string all;
  for (const auto* set : {"CapInh", "CapPrm", "CapEff", "CapAmb"}) all += status_of(pid, set) + " ";
  return all;
}
const std::string no_capabilities = "0000000000000000 0000000000000000 0000000000000000 0000000000000000 ";

bool write_text(const std::string& path, const std::string& text) {
  const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  return fd && ::write(fd.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

/// What is wrong with a worker of this process; `user` is what it has to be.
std::string check_worker(const std::string& user) {
  DwarfWorker worker;
  const auto file = target_file();
  if (worker.find(1, file.get(), some_addresses).size() != 1) return "no answer";
  const auto held = capabilities_of(worker.pid());
  if (held != no_capabilities) return "it holds " + held;
  if (status_of(worker.pid(), "NoNewPrivs") != "1") return "it may gain privileges";
  const auto uid = status_of(worker.pid(), "Uid");
  return uid == user ? "" : "it is user " + uid;
}

}  // namespace

TEST_CASE("the worker of root is nobody, without capabilities, groups and descriptors") {
  DwarfWorker worker;
  const auto file = target_file();
  REQUIRE(worker.find(1, file.get(), some_addresses).size() == 1);
  CHECK(capabilities_of(worker.pid()) == no_capabilities);
  CHECK(status_of(worker.pid(), "CapBnd") == "0000000000000000");
  CHECK(status_of(worker.pid(), "NoNewPrivs") == "1");
  CHECK(status_of(worker.pid(), "Uid") == "65534\t65534\t65534\t65534");
  CHECK(status_of(worker.pid(), "Gid") == "65534\t65534\t65534\t65534");
  CHECK((status_of(worker.pid(), "Groups") == "" || status_of(worker.pid(), "Groups") == " "));
  std::set<std::string> open;
  for (const auto& entry : std::filesystem::directory_iterator(fmt::format("/proc/{}/fd", worker.pid())))
    open.insert(std::filesystem::read_symlink(entry.path()).string().substr(0, 7));
  CHECK(open == std::set<std::string>{
                    "/dev/nu", "socket:",
                    std::filesystem::read_symlink(fmt::format("/proc/self/fd/{}", file.get())).string().substr(0, 7)});
}

TEST_CASE("the worker has no capabilities in a user namespace that lacks the user nobody") {
  CHECK(in_fork([] {
          const auto uid = ::geteuid();
          const auto gid = ::getegid();
          if (::unshare(CLONE_NEWUSER) != 0) return std::string("no user namespace");
          if (!write_text("/proc/self/setgroups", "deny") ||
              !write_text("/proc/self/uid_map", fmt::format("0 {} 1", uid)) ||
              !write_text("/proc/self/gid_map", fmt::format("0 {} 1", gid)))
            return std::string("no map");
          if (::setresuid(65534, 65534, 65534) == 0) return std::string("there is a nobody");
          return check_worker("0\t0\t0\t0");
        }) == ".");
}

TEST_CASE("the worker of a user with capabilities of its own has none") {
  const auto kept = GENERATE(CAP_SYS_ADMIN, CAP_SETUID);
  CHECK(in_fork([kept] {
          ::prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0);
          if (::setgroups(0, nullptr) != 0 || ::setresgid(1234, 1234, 1234) != 0 || ::setresuid(1234, 1234, 1234) != 0)
            return std::string("no other user");
          __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
          __user_cap_data_struct all[_LINUX_CAPABILITY_U32S_3]{};
          all[CAP_TO_INDEX(kept)].permitted = CAP_TO_MASK(kept);
          all[CAP_TO_INDEX(kept)].effective = CAP_TO_MASK(kept);
          all[CAP_TO_INDEX(kept)].inheritable = CAP_TO_MASK(kept);
          if (::syscall(SYS_capset, &header, all) != 0) return std::string("no capability");
          ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, kept, 0, 0);
          if (capabilities_of(::getpid()) == no_capabilities) return std::string("nothing to give up");
          return check_worker(kept == CAP_SETUID ? "65534\t65534\t65534\t65534" : "1234\t1234\t1234\t1234");
        }) == ".");
}

TEST_CASE("a worker that cannot be watched is ended at once") {
  CHECK(in_fork([] {
          const auto file = target_file();
          // Room for the two ends of the socket, and none for a descriptor of the process.
          const UniqueFd next(::open("/dev/null", O_RDONLY | O_CLOEXEC));
          const auto room = static_cast<rlim_t>(next.get()) + 3;
          const rlimit few{room, room};
          if (::setrlimit(RLIMIT_NOFILE, &few) != 0) return std::string("no limit");
          DwarfWorker worker;
          if (!worker.find(1, file.get(), some_addresses).empty()) return std::string("it answered");
          if (worker.pid() != -1) return std::string("it is there");
          return std::string(::waitpid(-1, nullptr, WNOHANG) == -1 && errno == ECHILD ? "" : "a process is left");
        }) == ".");
}

TEST_CASE("the worker leaves no process behind") {
  {
    DwarfWorker worker;
    const auto file = target_file();
    CHECK(worker.find(1, file.get(), some_addresses).size() == 1);
    CHECK(worker.pid() > 0);
  }
  CHECK(::waitpid(-1, nullptr, WNOHANG) == -1);
  CHECK(errno == ECHILD);
}
