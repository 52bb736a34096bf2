// Uprobes: functions of programs built here, indirect functions, and everything that is not there.

#include "integration/runtime/helpers.hpp"
#include "integration/symbols/target_process.hpp"
#include "runtime/attach_uprobe.hpp"
#include "runtime/module.hpp"
#include "runtime/uprobe_place.hpp"
#include "symbols/binary.hpp"
#include "symbols/elf_functions.hpp"

#include <bccxx/support/error.hpp>

#include <bpf/bpf.h>
#include <catch2/catch.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <map>

using namespace bccxx;
using namespace bccxx::testing;
using Catch::Matchers::Contains;
using symbols_test::ScratchDirectory;

namespace {

/// How many calls a uprobe at `target` saw of a target program that made `times` of `function`.
std::uint64_t calls_seen(const UprobeTarget& target, const std::string& function, int times,
                         const std::string& binary = "bccxx_target") {
  runtime::Module module(test_object("count"));
  const auto link = runtime::attach_uprobe(*module.load("on_probe", {}), target);
  const auto name = unique_comm();
  Target(name, function, times, binary).run();
  return count_of(*module.map("counts"), name);
}

/// A binary read by itself.
struct Read {
  explicit Read(const std::string& path)
      : elf(symbols::open_binary(path).value().source), functions(elf) {}  // NOLINT(bugprone-unchecked-optional-access)
  [[nodiscard]] std::uint64_t offset_of(const std::string& function) const {
    return elf.segments().offset_of_address(functions.find(function).value().address).value();
  }
  symbols::ElfFile elf;
  symbols::ElfFunctions functions;
};

std::map<std::uint64_t, std::uint64_t> lengths(const Map& map) {
  std::map<std::uint64_t, std::uint64_t> all;
  std::uint64_t key = 0;
  const void* before = nullptr;
  while (bpf_map_get_next_key(map.fd(), before, &key) == 0) {
    all[key] = value_of(map, &key);
    before = &key;
  }
  return all;
}

}  // namespace

TEST_CASE("a uprobe counts the calls of a function, global or local") {
  const auto binary = target_path("bccxx_target");
  CHECK(calls_seen({.binary = binary, .symbol = "target_global"}, "global", 17) == 17);
  CHECK(calls_seen({.binary = binary, .symbol = "target_local"}, "local", 9) == 9);
  CHECK(calls_seen({.binary = binary, .symbol = "target_local"}, "global", 3) == 0);
}

TEST_CASE("a uprobe goes to an address or to an offset, in a stripped binary too") {
  const auto binary = target_path("bccxx_target");
  const auto stripped = target_path("bccxx_target_stripped");
  const auto function = Read(binary).functions.find("target_global");
  REQUIRE(function.has_value());
  CHECK(calls_seen({.binary = binary, .address = function->address}, "global", 5) == 5);
  CHECK(calls_seen({.binary = stripped, .address = function->address}, "global", 6, "bccxx_target_stripped") == 6);
  CHECK_THROWS_WITH(calls_seen({.binary = stripped, .symbol = "target_global"}, "global", 1),
                    Contains("no function of " + stripped + " named target_global"));
}

TEST_CASE("a uretprobe runs once for each return") {
  runtime::Module module(test_object("count"));
  const auto link = runtime::attach_uretprobe(*module.load("on_probe", {}),
                                              {.binary = target_path("bccxx_target"), .symbol = "target_global"});
  CHECK(link.via() == AttachVia::uretprobe);
  const auto name = unique_comm();
  Target(name, "global", 11).run();
  CHECK(count_of(*module.map("counts"), name) == 11);
}

TEST_CASE("a uprobe of one process leaves the others alone") {
  runtime::Module module(test_object("count"));
  const auto name = unique_comm();
  const auto other = unique_comm();
  Target watched(name, "plain", 8);
  Target unwatched(other, "plain", 8);
  const auto link =
      runtime::attach_uprobe(*module.load("on_probe", {}),
                             {.binary = "bccxx_target_library", .symbol = "library_plain", .pid = watched.pid()});
  CHECK(link.target().find(target_path("libbccxx_target_library.so")) != std::string::npos);
  watched.run();
  unwatched.run();
  CHECK(count_of(*module.map("counts"), name) == 8);
  CHECK(count_of(*module.map("counts"), other) == 0);
}

TEST_CASE("an indirect function is probed where it runs: the lengths strlen returned are exact") {
  runtime::Module module(test_object("strlen"));
  Target target(unique_comm(), "strlen", 1);
  const auto link = runtime::attach_uretprobe(*module.load("on_return", {}),
                                              {.binary = "c", .symbol = "strlen", .pid = target.pid()});
  target.run();
  CHECK(lengths(*module.map("lengths")) ==
        std::map<std::uint64_t, std::uint64_t>{{0, 7}, {5, 10}, {100, 20}, {2000, 1}});
}

TEST_CASE("the implementation of libc's strlen is the one our own linker chose, with and without a pid") {
  Target target(unique_comm(), "strlen", 1);
  const auto own = runtime::resolve_uprobe({.binary = "c", .symbol = "strlen"});
  const auto theirs = runtime::resolve_uprobe({.binary = "c", .symbol = "strlen", .pid = target.pid()});
  CHECK(own.indirect);
  CHECK(std::filesystem::equivalent(own.path, theirs.path));
  CHECK(own.file_offset == theirs.file_offset);
  const Read libc(own.path);
  const auto resolver = libc.functions.find("strlen");
  REQUIRE(resolver.has_value());
  CHECK(resolver->indirect);
  CHECK(libc.offset_of("strlen") != own.file_offset);
  target.run();
}

TEST_CASE("an indirect function of a library that is not loaded here is read from a process that has it") {
  const auto library = target_path("libbccxx_target_library.so");
  const auto chosen = Read(library).offset_of("pick_two");
  {
    Target target(unique_comm(), "pick", 4);
    const auto place = runtime::resolve_uprobe({.binary = library, .symbol = "library_pick", .pid = target.pid()});
    CHECK(place.indirect);
    CHECK(place.file_offset == chosen);
    CHECK(runtime::resolve_uprobe({.binary = library, .symbol = "library_pick"}).file_offset == place.file_offset);
    target.run();
  }
  // Nobody has it now.
  runtime::Module module(test_object("count"));
  CHECK_THROWS_WITH(runtime::attach_uprobe(*module.load("on_probe", {}), {.binary = library, .symbol = "library_pick"}),
                    Contains("indirect function library_pick"));
}

TEST_CASE("what is not there is an AttachError that names it") {
  runtime::Module module(test_object("count"));
  const auto program = module.load("on_probe", {});
  const auto attempt = [&](const UprobeTarget& target) { return runtime::attach_uprobe(*program, target); };
  const auto binary = target_path("bccxx_target");

  CHECK_THROWS_WITH(attempt({.binary = binary, .symbol = "target_globla"}), Contains("did you mean target_global"));
  CHECK_THROWS_AS(attempt({.binary = binary, .symbol = "target_globla"}), AttachError);
  CHECK_THROWS_WITH(attempt({.binary = "/no/such/file", .symbol = "f"}), Contains("no binary named /no/such/file"));
  CHECK_THROWS_WITH(attempt({.binary = "no-such-library", .symbol = "f"}), Contains("no binary named no-such-library"));
  CHECK_THROWS_AS(attempt({.binary = "/etc/passwd", .symbol = "f"}), AttachError);
  CHECK_THROWS_WITH(attempt({.binary = binary, .address = 1U << 30U}), Contains("0x40000000"));
  CHECK_THROWS_AS(attempt({.binary = binary}), std::invalid_argument);
  CHECK_THROWS_AS(attempt({.binary = binary, .symbol = "main", .address = 1}), std::invalid_argument);
  CHECK_THROWS_AS(attempt({.binary = binary, .symbol = "main", .pid = 4'194'303}), AttachError);
}

TEST_CASE("a C++ function is named as its author wrote it") {
  const auto binary = target_path("bccxx_cxx_target");
  const auto seen = [&](const std::string& symbol, const std::string& function) {
    return calls_seen({.binary = binary, .symbol = symbol}, function, 6, "bccxx_cxx_target");
  };
  CHECK(seen("shapes::area(int)", "square") == 6);
  CHECK(seen("shapes::area(int,int)", "square") == 0);
  CHECK(seen("shapes::area(int, int)", "rectangle") == 6);
  CHECK(seen("shapes::doubled<int>", "doubled") == 6);
  CHECK(seen("shapes::Circle::radius", "circle") == 6);
  CHECK(seen("shapes::Circle::Circle(int)", "circle") == 6);
  CHECK(seen("_ZN6shapes4areaEi", "square") == 6);
  const auto resolve = [&](const std::string& symbol) {
    return runtime::resolve_uprobe({.binary = binary, .symbol = symbol});
  };
  CHECK_THROWS_WITH(resolve("shapes::area"), Contains("no single function of " + binary + " named shapes::area") &&
                                                 Contains("shapes::area(int)") && Contains("shapes::area(int, int)"));
  CHECK_THROWS_WITH(resolve("shapes::aera(int)"), Contains("did you mean shapes::area(int)"));
  CHECK_THROWS_AS(resolve("area"), NotFound);
}

TEST_CASE("short names of libraries and programs become paths") {
  const auto libc = runtime::resolve_uprobe({.binary = "c", .symbol = "fopen"}).path;
  CHECK_THAT(libc, Contains("libc.so.6"));
  CHECK(runtime::resolve_uprobe({.binary = "libc.so.6", .symbol = "fopen"}).path == libc);
  CHECK(runtime::resolve_uprobe({.binary = "libc", .symbol = "fopen"}).path == libc);
  CHECK(runtime::resolve_uprobe({.binary = libc, .symbol = "fopen"}).path == libc);
}

TEST_CASE("versions of a symbol are told apart") {
  const Read libc(runtime::resolve_uprobe({.binary = "c", .symbol = "fopen"}).path);
  std::map<std::string, std::vector<symbols::FunctionSymbol>> by_name;
  for (auto& function : libc.functions.all()) by_name[function.name].push_back(std::move(function));
  std::size_t versioned = 0;
  std::size_t several = 0;
  for (const auto& [name, versions] : by_name) {
    INFO(name);
    for (const auto& version : versions) {
      if (version.version.empty()) continue;
      ++versioned;
      const auto found = libc.functions.find(name + "@" + version.version);
      REQUIRE(found);
      CHECK(found->address == version.address);
    }
    const auto is_default = [](const auto& function) { return function.default_version && !function.version.empty(); };
    const auto chosen = std::find_if(versions.begin(), versions.end(), is_default);
    if (chosen == versions.end()) continue;
    several += versions.size() > 1 ? 1U : 0U;
    CHECK(libc.functions.find(name)->address == chosen->address);
  }
  CHECK(several > 10);
  CHECK(versioned > 2000);
  CHECK_FALSE(libc.functions.find("fopen@NO_SUCH_VERSION").has_value());
  for (const auto* name : {"", "@", "@@", "@fopen"}) CHECK_FALSE(libc.functions.find(name).has_value());
  CHECK(libc.functions.find("fopen@")->address == libc.functions.find("fopen")->address);
}

TEST_CASE("a symbolic link in another mount namespace leads to the file it leads to there") {
  const ScratchDirectory scratch;
  const auto link = scratch.path() + "/link";
  const auto real = scratch.path() + "/real";
  // What the link leads to from here, and what a reader that mixes up the roots would open.
  std::filesystem::copy_file(target_path("libbccxx_target_library.so"), real);
  runtime::Module module(test_object("count"));
  const auto name = unique_comm();
  Target target(name, "global", 6, link, [&] {
    if (::unshare(CLONE_NEWNS) != 0 || ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount("none", scratch.path().c_str(), "tmpfs", 0, nullptr) != 0)
      ::_exit(126);
    std::filesystem::copy_file(target_path("bccxx_target"), real);
    std::filesystem::create_symlink(real, link);
  });
  REQUIRE_FALSE(std::filesystem::exists(link));
  const UprobeTarget probed{.binary = link, .symbol = "target_global", .pid = target.pid()};
  const auto place = runtime::resolve_uprobe(probed);
  CHECK(place.file_offset == Read(target_path("bccxx_target")).offset_of("target_global"));
  CHECK(place.path == fmt::format("/proc/{}/root{}", target.pid(), link));
  const auto uprobe = runtime::attach_uprobe(*module.load("on_probe", {}), probed);
  target.run();
  CHECK(count_of(*module.map("counts"), name) == 6);
}

TEST_CASE("a symbolic link out of a root directory of the target's own does not lead out") {
  const ScratchDirectory scratch;
  std::filesystem::create_symlink(target_path("bccxx_target"), scratch.path() + "/link");
  std::array<int, 2> ready{};
  std::array<int, 2> end{};
  REQUIRE(::pipe2(ready.data(), O_CLOEXEC) == 0);
  REQUIRE(::pipe2(end.data(), O_CLOEXEC) == 0);
  const auto pid = ::fork();
  if (pid == 0) {
    ::close(end[1]);
    char byte = ::chroot(scratch.path().c_str()) == 0 ? 'r' : 'x';
    if (::write(ready[1], &byte, 1) != 1 || ::read(end[0], &byte, 1) < 0) ::_exit(1);
    ::_exit(0);
  }
  char byte = 0;
  REQUIRE(::read(ready[0], &byte, 1) == 1);
  CHECK(byte == 'r');
  CHECK_THROWS_AS(runtime::resolve_uprobe({.binary = "/link", .symbol = "target_global", .pid = pid}), NotFound);
  // With the file in there it leads to that one.
  const auto inside = scratch.path() + target_path("bccxx_target");
  std::filesystem::create_directories(std::filesystem::path(inside).parent_path());
  std::filesystem::copy_file(target_path("libbccxx_target_library.so"), inside);
  CHECK(runtime::resolve_uprobe({.binary = "/link", .symbol = "library_plain", .pid = pid}).file_offset ==
        Read(inside).offset_of("library_plain"));
  for (const auto fd : {ready[0], ready[1], end[0], end[1]}) ::close(fd);
  ::waitpid(pid, nullptr, 0);
}

TEST_CASE("only regular files are opened for a uprobe") {
  const ScratchDirectory scratch;
  const auto path = scratch.path() + "/binary";
  SECTION("FIFO") { REQUIRE(::mkfifo(path.c_str(), 0600) == 0); }
  SECTION("device") { std::filesystem::create_symlink("/dev/zero", path); }
  SECTION("directory") { std::filesystem::create_directory(path); }
  CHECK_THROWS_AS(runtime::resolve_uprobe({.binary = path, .symbol = "main"}), NotFound);
  CHECK_THROWS_AS(runtime::resolve_uprobe({.binary = path, .symbol = "main", .pid = ::getpid()}), NotFound);
}

TEST_CASE("a library whose file has gone is probed where the process has it mapped") {
  const ScratchDirectory scratch;
  const auto copy = scratch.path() + "/program";
  std::filesystem::copy_file(target_path("bccxx_target"), copy);
  std::filesystem::copy_file(target_path("libbccxx_target_library.so"), scratch.path() + "/libbccxx_target_library.so");
  runtime::Module module(test_object("count"));
  const auto name = unique_comm();
  Target target(name, "plain", 4, copy, [&] { ::setenv("LD_LIBRARY_PATH", scratch.path().c_str(), 1); });
  std::filesystem::remove(scratch.path() + "/libbccxx_target_library.so");
  const auto uprobe = runtime::attach_uprobe(
      *module.load("on_probe", {}), {.binary = "bccxx_target_library", .symbol = "library_plain", .pid = target.pid()});
  target.run();
  CHECK(count_of(*module.map("counts"), name) == 4);
}

TEST_CASE("functions of a binary are listed by a regular expression matched from the start") {
  const auto binary = target_path("bccxx_target");
  CHECK(runtime::get_user_functions(binary, "target_") == std::vector<std::string>{"target_global", "target_local"});
  CHECK(runtime::get_user_functions(binary, "global").empty());
  CHECK_THROWS_AS(runtime::get_user_functions("no-such-binary", ".*"), NotFound);
  CHECK_THROWS_AS(runtime::get_user_functions("/etc/passwd", ".*"), SystemError);
}
