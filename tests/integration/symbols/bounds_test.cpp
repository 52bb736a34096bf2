// What is kept and for how long, and what is found by a tracer that may do less.

#include "integration/symbols/target_process.hpp"

#include <bccxx/support/unique_fd.hpp>
#include <bccxx/symbols/kernel_symbols.hpp>
#include <bccxx/symbols/symboliser.hpp>

#include <catch2/catch.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <vector>

using bccxx::KernelSymbols;
using bccxx::Symboliser;
using bccxx::Unresolved;
using symbols_test::in_fork;
using symbols_test::ScratchDirectory;
using symbols_test::target_path;
using symbols_test::TargetProcess;

namespace {

bool become_nobody() {
  return ::setgroups(0, nullptr) == 0 && ::setresgid(65534, 65534, 65534) == 0 && ::setresuid(65534, 65534, 65534) == 0;
}

/// A target in a directory that everybody may read, run by the user nobody in a mount namespace of its own.
class NobodysTarget {
 public:
  NobodysTarget() {
    namespace fs = std::filesystem;
    fs::permissions(scratch_.path(), fs::perms(0755));
    fs::copy_file(target_path("symbols_target"), binary());
    fs::copy_file(target_path("libsymbols_target_library.so"), scratch_.path() + "/libsymbols_target_library.so");
    process_ = std::make_unique<TargetProcess>(std::vector<std::string>{binary()}, [this] {
      ::setenv("LD_LIBRARY_PATH", scratch_.path().c_str(), 1);
      if (::unshare(CLONE_NEWNS) != 0 || ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
          !become_nobody())
        ::_exit(126);
    });
  }
  [[nodiscard]] std::string binary() const { return scratch_.path() + "/program"; }
  [[nodiscard]] const TargetProcess& process() const { return *process_; }

 private:
  ScratchDirectory scratch_;
  std::unique_ptr<TargetProcess> process_;
};

/// What the user nobody finds at an address of a process, or why it does not.
std::string found_by_nobody(pid_t pid, std::uint64_t address) {
  return in_fork([&] {
    if (!become_nobody()) return std::string("still root");
    const auto frame = Symboliser({.lines = false}).resolve(pid, address);
    return frame.resolved() ? frame.symbol : std::string(bccxx::describe(frame.reason));
  });
}

}  // namespace

TEST_CASE("symbol tables stay within their limit, and answers stay right") {
  TargetProcess target({target_path("symbols_target")});
  // In turn, so that each has to be read again.
  std::vector<std::uint64_t> addresses;
  for (int round = 0; round < 3; ++round)
    for (const auto* name : {"plain_function", "library", "hidden_function"})
      addresses.push_back(target.at(name).address);
  Symboliser unlimited({.lines = false});
  unlimited.remember(target.pid());
  const std::size_t limit = std::size_t{64} << 10;
  REQUIRE(unlimited.memory_size() > limit);
  Symboliser limited({.lines = false, .memory_limit = limit});
  for (const auto address : addresses) {
    CHECK(limited.resolve(target.pid(), address).symbol == unlimited.resolve(target.pid(), address).symbol);
    CHECK(limited.memory_size() <= limit);
  }
  limited.remember(target.pid());
  CHECK(limited.memory_size() <= limit);
  CHECK(limited.resolve(target.pid(), addresses[0]).symbol == "plain_function");

  Symboliser tiny({.lines = false, .memory_limit = 64});
  CHECK(tiny.resolve(target.pid(), addresses[0]).reason == Unresolved::file_too_large);
}

TEST_CASE("of more processes than are kept the one not asked for longest is forgotten") {
  Symboliser symboliser({.most_processes = 2});
  std::vector<std::unique_ptr<TargetProcess>> targets;
  for (int i = 0; i < 3; ++i)
    targets.push_back(std::make_unique<TargetProcess>(std::vector<std::string>{target_path("symbols_target")}));
  const auto symbol_in = [&](std::size_t i, pid_t pid) {
    return symboliser.resolve(pid, targets[i]->at("plain_function").address).symbol;
  };
  std::vector<pid_t> pids;
  for (const auto& target : targets) pids.push_back(target->pid());
  symboliser.remember(pids[0]);
  symboliser.remember(pids[1]);
  CHECK(symbol_in(0, pids[0]) == "plain_function");
  symboliser.remember(pids[2]);
  for (const auto& target : targets) target->end();
  CHECK(symbol_in(2, pids[2]) == "plain_function");
  CHECK(symbol_in(0, pids[0]) == "plain_function");
  CHECK(symboliser.resolve(pids[1], targets[1]->at("plain_function").address).reason == Unresolved::process_gone);
}

TEST_CASE("of processes whose perf maps are larger than is kept the one not asked for longest is forgotten") {
  Symboliser symboliser({.lines = false, .memory_limit = std::size_t{1} << 20});
  std::vector<std::unique_ptr<TargetProcess>> targets;
  std::vector<pid_t> pids;
  for (int i = 0; i < 2; ++i) {
    targets.push_back(std::make_unique<TargetProcess>(std::vector<std::string>{target_path("symbols_target")}));
    pids.push_back(targets.back()->pid());
    const auto map = fmt::format("/tmp/perf-{}.map", pids.back());
    std::ofstream lines(map);
    for (int line = 0; line < 10000; ++line) lines << fmt::format("{:x} 10 {}\n", 0x1000 * line, std::string(80, 'x'));
    lines.close();
    symboliser.remember(pids.back());
    std::filesystem::remove(map);
  }
  const auto reason_in = [&](std::size_t i) {
    return symboliser.resolve(pids[i], targets[i]->at("plain_function").address).reason;
  };
  // The second one counts with its map from now on.
  CHECK(reason_in(1) == Unresolved::none);
  for (const auto& target : targets) target->end();
  CHECK(reason_in(1) == Unresolved::none);
  CHECK(reason_in(0) == Unresolved::process_gone);
}

TEST_CASE("a process that got the pid of another one is not taken for it") {
  Symboliser symboliser;
  auto first = std::make_unique<TargetProcess>(std::vector<std::string>{target_path("symbols_target_no_pie")});
  const auto pid = first->pid();
  const auto old_address = first->at("plain_function").address;
  symboliser.remember(pid);
  CHECK(symboliser.resolve(pid, old_address).symbol == "plain_function");
  first->end();
  TargetProcess second({target_path("symbols_target")}, {}, pid);
  REQUIRE(second.pid() == pid);
  const auto frame = symboliser.resolve(pid, second.at("plain_function").address);
  CHECK(frame.symbol == "plain_function");
  CHECK(frame.module == target_path("symbols_target"));
  CHECK(symboliser.resolve(pid, old_address).reason == Unresolved::no_mapping);
}

TEST_CASE("a file that was never opened is not looked for in our own root when its process has gone") {
  Symboliser symboliser;
  TargetProcess target({target_path("symbols_target")});
  const auto pid = target.pid();
  const auto address = target.at("plain_function").address;
  // Reads what is mapped, and no file.
  CHECK(symboliser.resolve(pid, std::uint64_t{16}).reason == Unresolved::no_mapping);
  target.end();
  const auto frame = symboliser.resolve(pid, address);
  CHECK(frame.reason == Unresolved::file_gone);
  CHECK(frame.module == target_path("symbols_target"));
}

TEST_CASE("a tracer without capabilities finds a binary through the root of the process") {
  NobodysTarget target;
  const auto pid = target.process().pid();
  const auto address = target.process().at("plain_function").address;
  CHECK(found_by_nobody(pid, address) == "plain_function.");
  // Another file that is mounted over the name is not taken for the one that is mapped.
  CHECK(in_fork([&] {
          const bccxx::UniqueFd space(::open(fmt::format("/proc/{}/ns/mnt", pid).c_str(), O_RDONLY | O_CLOEXEC));
          const auto other = target_path("symbols_target_no_pie");
          const bool mounted = ::setns(space.get(), CLONE_NEWNS) == 0 &&
                               ::mount(other.c_str(), target.binary().c_str(), nullptr, MS_BIND, nullptr) == 0;
          return std::string(mounted ? "" : "not mounted");
        }) == ".");
  CHECK(found_by_nobody(pid, address) == std::string(bccxx::describe(Unresolved::file_replaced)) + ".");
  // With capabilities the very file is still found.
  CHECK(Symboliser().resolve(pid, address).symbol == "plain_function");
}

TEST_CASE("a tracer without capabilities is told that it may not look") {
  TargetProcess target({target_path("symbols_target")});
  CHECK(found_by_nobody(target.pid(), target.at("plain_function").address) ==
        std::string(bccxx::describe(Unresolved::not_permitted)) + ".");
}

TEST_CASE("where kernel addresses are hidden, names are known and addresses are not") {
  const auto address = KernelSymbols().address_of("schedule");
  REQUIRE(address);
  CHECK(in_fork([&] {
          if (!become_nobody()) return std::string("still root");
          std::ifstream kallsyms("/proc/kallsyms");
          std::string line;
          bool hidden = true;
          for (int i = 0; i < 1000 && std::getline(kallsyms, line); ++i)
            hidden = hidden && line.find_first_not_of('0') == line.find(' ');
          const KernelSymbols kernel;
          if (!kernel.contains("schedule")) return std::string("the name is not known");
          if (kernel.address_of("schedule").has_value() == hidden) return std::string("wrong about the address");
          const auto reason = hidden ? Unresolved::addresses_hidden : Unresolved::none;
          return std::string(kernel.resolve(*address).reason == reason ? "" : "wrong reason");
        }) == ".");
}
