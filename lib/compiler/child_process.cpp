// posix_spawn, pidfd and prlimit: safe in a process with threads, since nothing runs between fork and exec.

#include "compiler/child_process.hpp"

#include "support/sanitizer.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <system_error>

namespace bccxx::compiler {
namespace {

/// Out of the way of 0 to 3, which the child gets: a tracer may have closed its own.
UniqueFd moved_up(int fd) {
  UniqueFd moved(::fcntl(fd, F_DUPFD_CLOEXEC, 10));
  if (!moved) throw std::system_error(errno, std::generic_category());
  return moved;
}

class FileActions {
 public:
  FileActions() { check(posix_spawn_file_actions_init(&actions_)); }
  ~FileActions() { posix_spawn_file_actions_destroy(&actions_); }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;

  void open_null(int to) { check(posix_spawn_file_actions_addopen(&actions_, to, "/dev/null", O_RDONLY, 0)); }
  void duplicate(int from, int to) { check(posix_spawn_file_actions_adddup2(&actions_, from, to)); }
  void close_from(int first) { check(posix_spawn_file_actions_addclosefrom_np(&actions_, first)); }
  [[nodiscard]] const posix_spawn_file_actions_t* get() const noexcept { return &actions_; }

 private:
  static void check(int code) {
    if (code != 0) throw std::system_error(code, std::generic_category());
  }
  posix_spawn_file_actions_t actions_{};
};

class Attributes {
 public:
  Attributes() {
    if (const int code = posix_spawnattr_init(&attributes_); code != 0) {
      throw std::system_error(code, std::generic_category());
    }
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setpgroup(&attributes_, 0);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  }
  ~Attributes() { posix_spawnattr_destroy(&attributes_); }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
  [[nodiscard]] const posix_spawnattr_t* get() const noexcept { return &attributes_; }

 private:
  posix_spawnattr_t attributes_{};
};

/// `margin` is how far the hard limit lies above the soft one.
void lower_limit(pid_t pid, __rlimit_resource resource, rlim_t wanted, rlim_t margin = 0) {
  rlimit limit{};
  if (::prlimit(pid, resource, nullptr, &limit) != 0) return;
  limit.rlim_max = std::min(limit.rlim_max, wanted + margin);
  limit.rlim_cur = std::min(limit.rlim_cur, wanted);
  ::prlimit(pid, resource, &limit, nullptr);
}

int wait_for(pid_t pid, siginfo_t& info, int flags) {
  for (;;) {
    info.si_pid = 0;
    if (::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | flags) == 0) return 0;
    if (errno != EINTR) return errno;
  }
}

}  // namespace

ChildProcess::ChildProcess(const std::filesystem::path& path, const std::vector<std::string>& arguments,
                           int conversation, int output) {
  const auto conversation_end = moved_up(conversation);
  const auto output_end = moved_up(output);
  FileActions actions;
  actions.open_null(0);
  actions.duplicate(output_end.get(), 1);
  actions.duplicate(output_end.get(), 2);
  actions.duplicate(conversation_end.get(), 3);
  actions.close_from(4);

  std::string name = path.native();
  std::vector<std::string> words = arguments;
  std::vector<char*> argv = {name.data()};
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  std::array<std::string, 2> environment = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"};
  std::array<char*, 3> envp = {environment[0].data(), environment[1].data(), nullptr};

  const Attributes attributes;
  const int code = ::posix_spawn(&pid_, name.c_str(), actions.get(), attributes.get(), argv.data(), envp.data());
  if (code != 0) throw std::system_error(code, std::generic_category());
  descriptor_.reset(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
}

ChildProcess::~ChildProcess() {
  siginfo_t info{};
  // Not our child any more means the number may be someone else's.
  if (wait_for(pid_, info, WNOHANG | WNOWAIT) != 0) return;
  ::kill(-pid_, SIGKILL);
  ::kill(pid_, SIGKILL);
  wait_for(pid_, info, 0);
}

void ChildProcess::limit(const ChildLimits& limits) const {
  lower_limit(pid_, RLIMIT_CORE, 0);
  lower_limit(pid_, RLIMIT_FSIZE, limits.file_size);
  // A sanitizer reserves terabytes of addresses for its own records, in a compiler process of the same build as well.
  if (!support::sanitized && limits.memory_size != 0) lower_limit(pid_, RLIMIT_AS, limits.memory_size);
  // At the soft limit comes SIGXCPU, which says what happened; at the hard one SIGKILL.
  if (limits.cpu_time.count() > 0) lower_limit(pid_, RLIMIT_CPU, static_cast<rlim_t>(limits.cpu_time.count()), 1);
}

std::optional<Ending> ChildProcess::ending() const {
  siginfo_t info{};
  if (wait_for(pid_, info, WNOHANG | WNOWAIT) != 0) return Ending{};
  if (info.si_pid == 0) return std::nullopt;
  return Ending{info.si_code == CLD_EXITED ? Ending::Kind::exited : Ending::Kind::killed, info.si_status};
}

}  // namespace bccxx::compiler
