#pragma once
// A forked child that tells its parent how far it is, so that signals can be sent at known points.

#include <bccxx/support/unique_fd.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <string>
#include <utility>

namespace every_test {

/// The child's side: says things to the parent and hears from it.
class Parent {
 public:
  Parent(int out, int in) : out_(out), in_(in) {}
  void say(char c) const {
    if (write(out_, &c, 1) != 1) _exit(90);
  }
  /// The errno of a read that failed, 0 when a byte came.
  [[nodiscard]] int listen() const {
    char c = 0;
    return read(in_, &c, 1) == 1 ? 0 : errno;
  }

 private:
  int out_;
  int in_;
};

/// The parent's side. The child ends itself by SIGALRM should it hang.
class Child {
 public:
  template <class Body>
  explicit Child(Body body) {
    int up[2];
    int down[2];
    if (pipe(up) != 0 || pipe(down) != 0) std::abort();
    pid_ = fork();
    if (pid_ == 0) {
      for (const int caught : {SIGINT, SIGTERM, SIGALRM, SIGSEGV, SIGABRT}) std::signal(caught, SIG_DFL);  // Catch's
      close(up[0]);
      close(down[1]);
      alarm(60);
      _exit(body(Parent(up[1], down[0])));
    }
    close(up[1]);
    close(down[0]);
    from_.reset(up[0]);
    to_.reset(down[1]);
  }
  ~Child() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// What the child says next; 0 once it has gone.
  [[nodiscard]] char hear() const {
    char c = 0;
    return read(from_.get(), &c, 1) == 1 ? c : '\0';
  }
  void say(char c) const {
    if (write(to_.get(), &c, 1) != 1) std::abort();
  }
  void signal(int number) const { ::kill(pid_, number); }
  /// "exit 0", "signal 2"; `said` is what it still had to say.
  std::string wait(std::string* said = nullptr) {
    for (char c = hear(); c != '\0'; c = hear()) {
      if (said != nullptr) *said += c;
    }
    int status = 0;
    waitpid(std::exchange(pid_, -1), &status, 0);
    return WIFEXITED(status) ? "exit " + std::to_string(WEXITSTATUS(status))
                             : "signal " + std::to_string(WTERMSIG(status));
  }

 private:
  pid_t pid_ = -1;
  bccxx::UniqueFd from_;
  bccxx::UniqueFd to_;
};

}  // namespace every_test
