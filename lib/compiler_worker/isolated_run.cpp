// Streams and results travel in memory files, which need no reader while the child runs.

#include "compiler_worker/isolated_run.hpp"

#include "support/file.hpp"
#include "support/system_call.hpp"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>

namespace bccxx::worker {
namespace {

constexpr int threw_status = 120;

UniqueFd memory_file(const char* name) {
  return UniqueFd(support::check(::memfd_create(name, MFD_CLOEXEC), "make memory file", name));
}

std::string contents(const UniqueFd& file) { return support::read_file("/proc/self/fd/" + std::to_string(file.get())); }

bool write_all(int fd, const void* data, std::size_t size) {
  const auto* at = static_cast<const char*>(data);
  while (size > 0) {
    const auto n = ::write(fd, at, size);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    at += n;
    size -= static_cast<std::size_t>(n);
  }
  return true;
}

void limit_core_dumps() {
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
}

void set_environment(const IsolatedSetting& setting) {
  ::clearenv();
  for (const auto& [name, value] : setting.environment) ::setenv(name.c_str(), value.c_str(), 1);
}

struct Files {
  UniqueFd output = memory_file("output");
  UniqueFd error = memory_file("error");
  UniqueFd failure = memory_file("failure");
  UniqueFd result = memory_file("result");
};

[[noreturn]] void run_child(const IsolatedSetting& setting, const Files& files, pid_t parent,
                            const std::function<std::vector<std::byte>(int)>& function) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(threw_status);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGSEGV, SIGABRT, SIGBUS}) std::signal(signal, SIG_DFL);
  limit_core_dumps();
  set_environment(setting);
  if (::dup2(files.output.get(), STDOUT_FILENO) < 0 || ::dup2(files.error.get(), STDERR_FILENO) < 0 ||
      ::chdir(setting.directory.c_str()) != 0) {
    ::_exit(threw_status);
  }
  int status = 0;
  try {
    const auto result = function(files.error.get());
    if (!write_all(files.result.get(), result.data(), result.size())) status = threw_status;
  } catch (const std::exception& error) {
    write_all(files.failure.get(), error.what(), std::strlen(error.what()));
    status = threw_status;
  }
  std::fflush(nullptr);
  // Static destructors of LLVM are no use here and have been seen to hang.
  ::_exit(status);
}

}  // namespace

IsolatedResult run_isolated(const IsolatedSetting& setting,
                            const std::function<std::vector<std::byte>(int log)>& function) {
  const Files files;
  std::fflush(nullptr);
  const pid_t parent = ::getpid();
  const pid_t child = support::check(::fork(), "start", "compiler");
  if (child == 0) run_child(setting, files, parent, function);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) support::fail(errno, "wait for", "compiler");
  }
  IsolatedResult result;
  result.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  result.exit_status = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
  result.standard_output = contents(files.output);
  result.standard_error = contents(files.error);
  result.failure = contents(files.failure);
  if (result.exit_status == threw_status && result.failure.empty()) result.failure = "the compiler could not start";
  const auto bytes = contents(files.result);
  result.result.resize(bytes.size());
  if (!bytes.empty()) std::memcpy(result.result.data(), bytes.data(), bytes.size());
  return result;
}

}  // namespace bccxx::worker
