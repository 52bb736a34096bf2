// Objects made by clang, and processes that make events happen.

#include "integration/runtime/helpers.hpp"

#include <bpf/bpf.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>
#include <stdexcept>
#include <utility>

namespace bccxx::testing {

object::Object test_object(const std::string& name) {
  return object::Object::read(std::string(BCCXX_BINARY_DIR) + "/tests/objects/" + name + ".bpf.o");
}

Comm comm(const std::string& name) {
  Comm key{};
  std::copy_n(name.begin(), std::min(name.size(), key.size() - 1), key.begin());
  return key;
}

std::uint64_t value_of(const Map& map, const void* key) {
  std::uint64_t value = 0;
  return bpf_map_lookup_elem(map.fd(), key, &value) == 0 ? value : 0;
}

int in_child(const std::string& name, const std::function<int()>& work) {
  const auto pid = ::fork();
  if (pid < 0) throw std::runtime_error("fork failed");
  if (pid == 0) {
    ::prctl(PR_SET_NAME, name.c_str());
    ::_exit(work());
  }
  int status = 0;
  if (::waitpid(pid, &status, 0) != pid || !WIFEXITED(status)) throw std::runtime_error("the child did not exit");
  return WEXITSTATUS(status);
}

void run_execs(const std::string& name, int times, const std::string& program) {
  // The kernel names a process after the last part of the path it was given.
  std::array<char, 32> folder = {"/tmp/bccxx-exec-XXXXXX"};
  if (::mkdtemp(folder.data()) == nullptr) throw std::runtime_error("no folder");
  const auto path = std::string(folder.data()) + "/" + program;
  int failed = ::symlink("/bin/true", path.c_str());
  for (int i = 0; i < times && failed == 0; ++i) {
    failed = in_child(name, [&path] { return ::execl(path.c_str(), "true", nullptr); });
  }
  ::unlink(path.c_str());
  ::rmdir(folder.data());
  if (failed != 0) throw std::runtime_error("/bin/true did not run");
}

std::string target_path(const std::string& file) { return std::string(BCCXX_BINARY_DIR) + "/tests/targets/" + file; }

Target::Target(const std::string& name, const std::string& function, int times, const std::string& binary,
               const std::function<void()>& before_exec) {
  std::array<int, 2> to{};
  std::array<int, 2> from{};
  if (::pipe2(to.data(), O_CLOEXEC) != 0 || ::pipe2(from.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  const UniqueFd their_input(to[0]);
  const UniqueFd their_output(from[1]);
  to_.reset(to[1]);
  from_.reset(from[0]);
  pid_ = ::fork();
  if (pid_ < 0) throw std::runtime_error("fork failed");
  if (pid_ == 0) {
    ::dup2(their_input.get(), STDIN_FILENO);
    ::dup2(their_output.get(), STDOUT_FILENO);
    if (before_exec) before_exec();
    const auto path = binary.starts_with('/') ? binary : target_path(binary);
    const auto count = std::to_string(times);
    ::execl(path.c_str(), path.c_str(), name.c_str(), function.c_str(), count.c_str(), nullptr);
    ::_exit(127);
  }
  char ready = 0;
  if (::read(from_.get(), &ready, 1) != 1) throw std::runtime_error("the target did not start");
}

void Target::run() {
  const char go = 'g';
  if (::write(to_.get(), &go, 1) != 1) throw std::runtime_error("the target has gone");
  int status = 0;
  if (::waitpid(std::exchange(pid_, -1), &status, 0) < 0 || status != 0) throw std::runtime_error("the target failed");
}

Target::~Target() {
  to_.reset();
  if (pid_ > 0) ::waitpid(pid_, nullptr, 0);
}

std::string unique_comm() {
  static int number = 0;
  return fmt::format("bx{}_{}", ::getpid() % 10'000'000, ++number);
}

}  // namespace bccxx::testing
