// The programs of the tour that show control groups, sockets and tasks: values that belong to objects of the kernel.
#include <catch2/catch.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "cgroup.hpp"
#include "programs/tour/json_lines.hpp"

namespace {

using namespace programs_test;
using bccxx::UniqueFd;

sockaddr_in loopback(int port) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

void send_datagram(const UniqueFd& socket, std::size_t size) {
  const auto address = loopback(9);
  const std::string bytes(size, 'x');
  REQUIRE(sendto(socket.get(), bytes.data(), size, 0, reinterpret_cast<const sockaddr*>(&address), sizeof address) ==
          static_cast<ssize_t>(size));
}

/// The port that the program says it listens on.
int port_of(Process& program) {
  program.wait_until([&] { return program.out().find('\n') != std::string::npos; });
  return json_lines(program.out().substr(0, program.out().find('\n'))).at(0)["port"];
}

UniqueFd connected_to(int port) {
  const auto address = loopback(port);
  UniqueFd client(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  REQUIRE(connect(client.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  return client;
}

/// Sends from one socket and waits for it at another.
void pass(const UniqueFd& from, const UniqueFd& to, const std::string& text) {
  REQUIRE(send(from.get(), text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()));
  std::string got(text.size(), '\0');
  REQUIRE(recv(to.get(), got.data(), got.size(), MSG_WAITALL) == static_cast<ssize_t>(got.size()));
  CHECK(got == text);
}

}  // namespace

TEST_CASE("map_cgroup counts what the processes of its group do, and removes it", "[tour]") {
  const auto name = unique_name("bccxxtour");
  const auto path = programs::cgroup2_mount() + "/" + name;
  TracingProgram program("map_cgroup", {"3600", "--json", "--group", name});
  REQUIRE(std::filesystem::is_directory(path));
  const auto load = load_command("execload", {})[0];
  const std::string enter = "echo $$ > " + path + "/cgroup.procs && exec ";
  // The shell's own execve and the three of the load.
  REQUIRE(Process({"sh", "-c", enter + load + " 3 inside"}).wait().ended == "exit 0");
  run_load("execload", {"5", "outside"});
  run_load("datagramload", {"4", "100", "127.0.0.1", "127.0.0.1", path});
  run_load("datagramload", {"9", "100", "127.0.0.1", "127.0.0.1"});
  const auto finished = program.interrupt();
  INFO(finished.out << finished.err);
  CHECK(finished.ended == "exit 0");
  const auto printed = json_lines(finished.out);
  REQUIRE(printed.size() == 1);
  CHECK(printed[0]["group"] == path);
  CHECK(printed[0]["inside"] == 4);
  CHECK(printed[0]["outside"].get<int>() >= 5);
  CHECK(printed[0]["packets"] == 4);
  CHECK(printed[0]["bytes"] == 4 * (100 + 28));  // with the heads of IP and UDP
  CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("map_cgroup takes over the group of one that was killed, and no other", "[tour]") {
  const auto name = unique_name("bccxxtour");
  const auto path = programs::cgroup2_mount() + "/" + name;
  TracingProgram killed("map_cgroup", {"3600", "--group", name});
  CHECK(killed.interrupt(SIGKILL).ended == "signal 9");
  CHECK(std::filesystem::exists(path));
  CHECK(run_program("map_cgroup", {"0.1", "1", "--group", name}).ended == "exit 0");
  CHECK_FALSE(std::filesystem::exists(path));

  std::filesystem::create_directory(path);
  CHECK(run_program("map_cgroup", {"0.1", "1", "--group", name}).ended == "exit 2");
  CHECK(std::filesystem::remove(path));
  CHECK_THAT(run_program("map_cgroup", {"0.1", "1", "--group", ""}).err, Catch::Contains("no group can be named ''"));
}

TEST_CASE("map_cgroup refuses a group that is in use", "[tour][any_kernel]") {
  const programs::Cgroup group(unique_name("bccxxtour"));
  const auto finished = run_program("map_cgroup", {"--group", std::filesystem::path(group.path()).filename().string()});
  CHECK(finished.ended == "exit 2");
  CHECK_THAT(finished.err, Catch::Contains("File exists"));
  CHECK(std::filesystem::exists(group.path()));
}

TEST_CASE("map_cgrp_storage counts the calls of one group", "[tour]") {
  const programs::Cgroup group(unique_name("bccxxtour"));
  std::ostringstream types;
  types << std::ifstream("/sys/kernel/btf/vmlinux", std::ios::binary).rdbuf();
  if (types.str().find("BPF_MAP_TYPE_CGRP_STORAGE") == std::string::npos) {
    // Before Linux 6.2 there is no such kind.
    CHECK(run_program("map_cgrp_storage", {group.path()}).ended == "exit 2");
    return;
  }
  TracingProgram program("map_cgrp_storage", {group.path(), "3600", "--json"});
  const auto load = load_command("execload", {})[0];
  REQUIRE(
      Process({"sh", "-c", "echo $$ > " + group.path() + "/cgroup.procs && exec " + load + " 3 inside"}).wait().ended ==
      "exit 0");
  run_load("execload", {"5", "outside"});
  const auto finished = program.interrupt();
  INFO(finished.out << finished.err);
  CHECK(finished.ended == "exit 0");
  // The shell's own execve and the three of the load.
  CHECK(json_lines(finished.out).back()["calls"] == 4);
}

TEST_CASE("map_cgrp_storage refuses what is no group", "[tour][any_kernel]") {
  CHECK(run_program("map_cgrp_storage", {"/nonexistent"}).ended == "exit 2");
  const auto finished = run_program("map_cgrp_storage", {"/tmp"});
  CHECK(finished.ended == "exit 2");
  CHECK_THAT(finished.err, Catch::EndsWith("no control group named /tmp\n"));
}

TEST_CASE("map_sockhash sends back what arrives, from within the kernel", "[tour]") {
  TracingProgram program("map_sockhash", {"0.2", "--json"});
  const auto port = port_of(program);
  const auto first = connected_to(port);
  const auto second = connected_to(port);
  program.wait_until([&] { return program.out().find("\"connections\":2") != std::string::npos; });
  // The program's own process could not answer now.
  kill(program.pid(), SIGSTOP);
  pass(first, first, "hello");
  pass(second, second, "another");
  pass(first, first, std::string(5000, 'z'));
  kill(program.pid(), SIGCONT);
  CHECK(json_lines(program.interrupt().out).back()["echoed"] == 5 + 7 + 5000);
}

TEST_CASE("map_sockmap passes on between two clients, from within the kernel", "[tour]") {
  TracingProgram program("map_sockmap", {"0.2", "--json"});
  const auto port = port_of(program);
  const auto first = connected_to(port);
  const auto second = connected_to(port);
  program.wait_until([&] { return program.out().find("\"clients\":2") != std::string::npos; });
  kill(program.pid(), SIGSTOP);
  pass(first, second, "hello");
  pass(second, first, "answer");
  pass(first, second, std::string(5000, 'z'));
  kill(program.pid(), SIGCONT);
  CHECK(json_lines(program.interrupt().out).back()["passed"] == 5 + 6 + 5000);
}

TEST_CASE("map_task_storage counts one task, and ends with it", "[tour]") {
  Process load(load_command("mallocload", {}));
  const auto pid = std::to_string(load.pid());
  load.wait_until([&] { return load.out() == "ready\n"; });
  TracingProgram program("map_task_storage", {pid, "0.1", "--json"});
  const auto count = [&] {
    const auto complete = program.out().substr(0, program.out().rfind('\n') + 1);
    return complete.empty() ? -1 : json_lines(complete).back()["calls"].get<int>();
  };
  program.wait_until([&] { return count() == 0; });  // it waits in a system call
  load.write_line("go");
  load.wait_until([&] { return load.out().find("done\n") != std::string::npos; });
  program.wait_until([&] { return count() >= 2; });  // it writes, and reads again
  run_load("execload", {"5", "other"});
  CHECK(load.wait().ended == "exit 0");
  const auto finished = program.wait();
  CHECK(finished.ended == "exit 0");
  CHECK(count() < 50);
  CHECK_THAT(finished.err, Catch::Contains("process " + pid + " has gone"));
}

TEST_CASE("map_task_storage refuses a process that is not there", "[tour][any_kernel]") {
  const auto finished = run_program("map_task_storage", {"4194305"});
  CHECK(finished.ended == "exit 2");
  CHECK_THAT(finished.err, Catch::Contains("4194305"));
}

TEST_CASE("map_sk_storage counts what one socket sends", "[tour]") {
  const UniqueFd watched(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const UniqueFd other(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  TracingProgram program("map_sk_storage", {std::to_string(getpid()), std::to_string(watched.get()), "3600", "--json"});
  for (int i = 0; i < 3; ++i) send_datagram(watched, 100);
  send_datagram(other, 100);
  const auto last = json_lines(program.interrupt().out).back();
  CHECK(last["packets"] == 3);
  CHECK(last["bytes"] == 3 * (100 + 28));  // with the heads of IP and UDP
}

TEST_CASE("map_sk_storage refuses what is no socket", "[tour][any_kernel]") {
  const auto pid = std::to_string(getpid());
  const auto refused = [&](const std::string& descriptor, const std::string& why) {
    const auto finished = run_program("map_sk_storage", {pid, descriptor});
    CHECK(finished.ended == "exit 2");
    CHECK_THAT(finished.err, Catch::EndsWith(why));
  };
  refused("0", "descriptor 0 of process " + pid + " is no socket\n");
  refused("999", "process " + pid + " has no descriptor 999\n");
}
