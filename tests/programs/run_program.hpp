#pragma once
// Runs a bundled program or a load helper as its own process, with bounded waits and no sleeps.

#include <bccxx/support/unique_fd.hpp>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace programs_test {

/// How a process ended and what it printed.
struct Finished {
  std::string out;
  std::string err;
  std::string ended;  ///< "exit 0", "signal 2"
};

/// A process that is killed should it outlive its test.
class Process {
 public:
  explicit Process(std::vector<std::string> command) : command_(std::move(command)) {
    std::array<Pipe, 3> pipes;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    for (int fd = 0; fd < 3; ++fd) {
      const Pipe& pipe = pipes[static_cast<std::size_t>(fd)];
      posix_spawn_file_actions_adddup2(&actions, (fd == 0 ? pipe.reader : pipe.writer).get(), fd);
    }
    std::vector<char*> argv;
    for (auto& word : command_) argv.push_back(word.data());
    argv.push_back(nullptr);
    const int error = posix_spawnp(&pid_, argv[0], &actions, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (error != 0) throw std::runtime_error("cannot start " + command_[0]);
    in_ = std::move(pipes[0].writer);
    out_.fd = std::move(pipes[1].reader);
    err_.fd = std::move(pipes[2].reader);
  }
  ~Process() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  [[nodiscard]] pid_t pid() const noexcept { return pid_; }
  /// What it has printed so far, as far as it was read while waiting.
  [[nodiscard]] const std::string& out() const noexcept { return out_.text; }
  [[nodiscard]] const std::string& err() const noexcept { return err_.text; }

  void write_line(const std::string& line) {
    const std::string text = line + '\n';
    if (write(in_.get(), text.data(), text.size()) < 0) throw std::runtime_error("cannot write to " + command_[0]);
  }

  /// Waits until `condition` holds for what it has printed.
  template <class Condition>
  void wait_until(Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(120);
    while (!condition()) {
      if (!read_some(deadline)) {
        throw std::runtime_error(command_[0] + " did not get there; it printed:\n" + out_.text + err_.text);
      }
    }
  }
  /// Waits until it says that all is attached; it must run with --verbose.
  void wait_until_tracing() {
    wait_until([this] { return err_.text.find(": tracing\n") != std::string::npos; });
  }

  Finished interrupt(int signal = SIGINT) {
    kill(pid_, signal);
    return wait();
  }
  Finished wait() {
    in_.reset();
    wait_until([this] { return !out_.fd && !err_.fd; });
    int status = 0;
    waitpid(std::exchange(pid_, -1), &status, 0);
    return {out_.text, err_.text,
            WIFEXITED(status) ? "exit " + std::to_string(WEXITSTATUS(status))
                              : "signal " + std::to_string(WTERMSIG(status))};
  }

 private:
  struct Pipe {
    Pipe() {
      int ends[2];
      if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("pipe2");
      reader.reset(ends[0]);
      writer.reset(ends[1]);
    }
    bccxx::UniqueFd reader;
    bccxx::UniqueFd writer;
  };
  struct Stream {
    bccxx::UniqueFd fd;
    std::string text;
  };

  // False at the deadline or when there is nothing left to read.
  bool read_some(std::chrono::steady_clock::time_point deadline) {
    std::array<pollfd, 2> fds = {pollfd{out_.fd ? out_.fd.get() : -1, POLLIN, 0},
                                 pollfd{err_.fd ? err_.fd.get() : -1, POLLIN, 0}};
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if ((!out_.fd && !err_.fd) || left.count() <= 0) return false;
    if (poll(fds.data(), fds.size(), static_cast<int>(left.count())) <= 0) return false;
    for (auto* stream : {&out_, &err_}) {
      if (fds[stream == &out_ ? 0 : 1].revents == 0) continue;
      std::array<char, 4096> buffer;
      const ssize_t size = read(stream->fd.get(), buffer.data(), buffer.size());
      if (size > 0) {
        stream->text.append(buffer.data(), static_cast<std::size_t>(size));
      } else {
        stream->fd.reset();
      }
    }
    return true;
  }

  std::vector<std::string> command_;
  pid_t pid_ = -1;
  bccxx::UniqueFd in_;
  Stream out_;
  Stream err_;
};

inline std::string program_path(const std::string& name) { return BCCXX_BINARY_DIR "/programs/" + name; }

/// Every bundled program, those of the tour included.
inline std::vector<std::string> all_programs() {
  std::vector<std::string> names;
  for (const std::string folder : {"/programs", "/programs/tour"}) {
    for (const auto& entry : std::filesystem::directory_iterator(BCCXX_SOURCE_DIR + folder)) {
      if (entry.path().extension() == ".cpp") names.push_back(entry.path().stem());
    }
  }
  return names;
}

/// A bundled program with its arguments, and --verbose so that wait_until_tracing works.
class TracingProgram : public Process {
 public:
  TracingProgram(const std::string& name, std::vector<std::string> arguments)
      : Process(command(name, std::move(arguments))) {
    wait_until_tracing();
  }

 private:
  static std::vector<std::string> command(const std::string& name, std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {program_path(name), "--verbose"});
    return arguments;
  }
};

/// A bundled program from start to end.
inline Finished run_program(const std::string& name, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), program_path(name));
  return Process(std::move(arguments)).wait();
}

/// The command of a load helper of tests/load.
inline std::vector<std::string> load_command(const std::string& name, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), BCCXX_BINARY_DIR "/tests/load/" + name);
  return arguments;
}

/// Runs a load helper to its end.
inline void run_load(const std::string& name, std::vector<std::string> arguments) {
  const auto finished = Process(load_command(name, std::move(arguments))).wait();
  if (finished.ended != "exit 0") throw std::runtime_error(name + ": " + finished.ended + "\n" + finished.err);
}

/// A process name nobody else on the machine has.
inline std::string unique_name(const std::string& prefix) {
  static int number = 0;
  return prefix + std::to_string(getpid()) + "x" + std::to_string(number++);
}

inline std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> result;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) result.push_back(line);
  return result;
}

}  // namespace programs_test
