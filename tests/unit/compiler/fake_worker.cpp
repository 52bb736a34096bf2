// Stands in for bccxx-cc: does what the first word of the program text says, mostly something bad.

#include "compiler/protocol.hpp"
#include "compiler_worker/peer/peer.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <set>

using namespace bccxx::compiler;
using namespace bccxx::worker;
namespace fs = std::filesystem;

namespace {

void say(std::span<const std::byte> bytes) { send_message(protocol_fd, bytes); }

[[noreturn]] void sleep_for_ever() {
  for (;;) ::pause();
}

Answer object_answer(const Request& request) {
  Answer answer;
  answer.status = Answer::Status::object;
  const auto bytes = std::as_bytes(std::span(request.text));
  answer.object.assign(bytes.begin(), bytes.end());
  answer.log = "a warning";
  answer.files = {fs::canonical("/proc/self/exe").native()};
  // More files to depend on, one a line.
  std::ifstream list(request.directory / "files");
  for (std::string line; std::getline(list, line);) answer.files.push_back(line);
  return answer;
}

/// What the process finds around itself, one `name=value` a line.
std::string surroundings() {
  std::string text;
  for (char** entry = environ; *entry != nullptr; ++entry) text += fmt::format("env {}\n", *entry);
  std::set<std::string> descriptors;
  for (const auto& entry : fs::directory_iterator("/proc/self/fd")) {
    std::error_code gone;
    const auto target = fs::read_symlink(entry.path(), gone).native();
    if (!gone && target.find("/proc/") != 0) {
      descriptors.insert(fmt::format("fd {} {}", entry.path().filename().native(), target.substr(0, target.find('['))));
    }
  }
  for (const auto& line : descriptors) text += line + "\n";
  for (const auto& [name, resource] : {std::pair{"as", RLIMIT_AS}, {"cpu", RLIMIT_CPU}, {"core", RLIMIT_CORE}}) {
    rlimit limit{};
    ::getrlimit(resource, &limit);
    text += fmt::format("limit {} {}\n", name, limit.rlim_cur);
  }
  sigset_t blocked;
  ::sigprocmask(SIG_SETMASK, nullptr, &blocked);
  struct sigaction pipe {};
  ::sigaction(SIGPIPE, nullptr, &pipe);
  text += fmt::format("usr1 blocked {}\nsigpipe default {}\nleads its group {}\n", ::sigismember(&blocked, SIGUSR1),
                      pipe.sa_handler == SIG_DFL, ::getpgrp() == ::getpid());
  return text;
}

void do_compile(const Request& request) {
  const auto runs = request.directory / "runs";
  if (const int fd = ::open(runs.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC); fd >= 0) {
    if (::write(fd, "x", 1) != 1) std::abort();
    ::close(fd);
  }
  say(encode(object_answer(request)));
}

void refuse(const Request& request) {
  Answer answer;
  answer.status = Answer::Status::compile_error;
  answer.diagnostics = {{request.file_name, 4, 2, bccxx::Severity::error, "no such thing"}};
  answer.log = "the whole log";
  say(encode(answer));
}

void fail(const Request& /*request*/) {
  Answer answer;
  answer.message = "libbcc keeps libbpf to itself";
  say(encode(answer));
}

void leave_grandchild(const Request& request) {
  if (::fork() == 0) sleep_for_ever();
  std::ofstream(request.directory / "left") << "yes\n";
}

void name_itself_and_hang(const Request& request) {
  exit_with_peer(protocol_fd);
  std::ofstream(request.directory / "pid.new") << ::getpid() << '\n';
  fs::rename(request.directory / "pid.new", request.directory / "pid");
  sleep_for_ever();
}

void say_surroundings(const Request& request) {
  auto answer = object_answer(request);
  answer.log = surroundings();
  say(encode(answer));
}

void claim_huge_length(const Request& request) {
  auto bytes = encode(object_answer(request));
  std::memset(bytes.data() + 16, 0x7f, 8);
  say(std::span(bytes).first(24));
  sleep_for_ever();
}

void say_half(const Request& request) {
  const auto bytes = encode(object_answer(request));
  say(std::span(bytes).first(bytes.size() / 2));
}

void use_memory() {
  // Each block is kept and touched.
  for (;;) {
    void* block = std::malloc(std::size_t{64} << 20U);
    if (block == nullptr) ::_exit(9);
    std::memset(block, 1, 4096);
  }
}

/// As without a sanitizer, which would make an exit of it.
void crash() {
  ::signal(SIGSEGV, SIG_DFL);
  ::raise(SIGSEGV);
}

[[noreturn]] void spin() {
  volatile unsigned turns = 0;
  for (;;) turns = turns + 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2 || std::strcmp(argv[1], serve_option) != 0) return 64;
  const auto request = decode_request(receive_message(protocol_fd));
  const std::map<std::string, std::function<void()>> actions = {
      {"object", [&] { do_compile(request); }},
      {"error", [&] { refuse(request); }},
      {"failure", [&] { fail(request); }},
      {"surroundings", [&] { say_surroundings(request); }},
      {"crash", [] { crash(); }},
      {"killed", [] { ::raise(SIGKILL); }},
      {"exit3", [] { fmt::print(stderr, "cannot go on\n"), std::exit(3); }},
      {"silent", [] {}},
      {"hang", [] { sleep_for_ever(); }},
      {"watch", [&] { name_itself_and_hang(request); }},
      {"spin", [] { spin(); }},
      {"nonsense", [] { fmt::print("{:a>100000}", ""), say(std::as_bytes(std::span("Segmentation fault"))); }},
      {"flood",
       [] {
         for (;;) fmt::print("{:-<4096}", "flood");
       }},
      {"huge", [&] { claim_huge_length(request); }},
      {"half", [&] { say_half(request); }},
      {"half-crash", [&] { say_half(request), crash(); }},
      {"close", [] { ::close(protocol_fd), sleep_for_ever(); }},
      {"grandchild", [&] { leave_grandchild(request); }},
      {"memory", [] { use_memory(); }},
      {"answer-crash", [&] { do_compile(request), crash(); }},
      {"answer-hang", [&] { do_compile(request), sleep_for_ever(); }},
      {"trailing", [&] { do_compile(request), say(std::as_bytes(std::span("more"))); }},
  };
  actions.at(request.text.substr(0, request.text.find(' ')))();
  return 0;
}
