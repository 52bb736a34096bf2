// The helper the symbol tests share.

#include "integration/symbols/target_process.hpp"

#include <fcntl.h>
#include <linux/sched.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <array>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <stdexcept>

namespace symbols_test {

namespace {

pid_t fork_as(pid_t wanted) {
  if (wanted == 0) return ::fork();
  clone_args arguments{};
  arguments.exit_signal = SIGCHLD;
  arguments.set_tid = reinterpret_cast<std::uint64_t>(&wanted);
  arguments.set_tid_size = 1;
  return static_cast<pid_t>(::syscall(SYS_clone3, &arguments, sizeof(arguments)));
}

}  // namespace

TargetProcess::TargetProcess(const std::vector<std::string>& command, const std::function<void()>& before_exec,
                             pid_t wanted) {
  std::array<int, 2> input{};
  std::array<int, 2> output{};
  if (::pipe2(input.data(), O_CLOEXEC) != 0 || ::pipe2(output.data(), O_CLOEXEC) != 0)
    throw std::runtime_error("pipe2 failed");
  pid_ = fork_as(wanted);
  if (pid_ < 0) throw std::runtime_error("no process with that pid");
  if (pid_ == 0) {
    ::dup2(input[0], STDIN_FILENO);
    ::dup2(output[1], STDOUT_FILENO);
    if (before_exec) before_exec();
    std::vector<char*> arguments;
    for (const auto& part : command) arguments.push_back(const_cast<char*>(part.c_str()));
    arguments.push_back(nullptr);
    ::execv(arguments[0], arguments.data());
    ::_exit(127);
  }
  ::close(input[0]);
  ::close(output[1]);
  input_.reset(input[1]);
  std::FILE* lines = ::fdopen(output[0], "r");
  std::array<char, 64> name{};
  unsigned long long address = 0;
  int line = 0;
  while (std::fscanf(lines, "%63s %llx %d", name.data(), &address, &line) == 3) {
    places_[name.data()] = {address, line};
    if (std::string(name.data()) == "end") break;
  }
  std::fclose(lines);
  if (!places_.contains("end")) {
    end();
    throw std::runtime_error("the target did not start: " + command.front());
  }
}

void TargetProcess::end() {
  if (pid_ < 0) return;
  input_.reset();
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

std::string in_fork(const std::function<std::string()>& check) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe2 failed");
  const auto pid = ::fork();
  if (pid == 0) {
    const auto text = check() + ".";
    const bool written = ::write(ends[1], text.data(), text.size()) == static_cast<ssize_t>(text.size());
    ::_exit(written ? 0 : 1);
  }
  ::close(ends[1]);
  std::string text;
  std::array<char, 512> block{};
  for (ssize_t n = 0; (n = ::read(ends[0], block.data(), block.size())) > 0;)
    text.append(block.data(), static_cast<std::size_t>(n));
  ::close(ends[0]);
  int status = 0;
  ::waitpid(pid, &status, 0);
  return WIFEXITED(status) ? text : text + " ended by a signal";
}

std::string target_path(const std::string& name) {
  return std::string(BCCXX_BINARY_DIR "/tests/integration/symbols/") + name;
}

ScratchDirectory::ScratchDirectory() {
  std::string pattern = std::filesystem::temp_directory_path() / "bccxx-symbols-XXXXXX";
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
  path_ = pattern;
}

ScratchDirectory::~ScratchDirectory() { std::filesystem::remove_all(path_); }

}  // namespace symbols_test
