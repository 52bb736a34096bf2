// The bare system calls: the library's wrappers would look for threads that a fork does not have.

#include "symbols/dwarf_child_privileges.hpp"

#include <bccxx/support/unique_fd.hpp>

#include <fcntl.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>

namespace bccxx::symbols {
namespace {

/// What the worker may allocate beyond what it was born with.
constexpr std::uint64_t most_worker_bytes = std::uint64_t{128} << 20;
constexpr uid_t nobody = 65534;
constexpr int kept_socket = 3;

void require(bool done) {
  if (!done) ::_exit(1);
}

using Capabilities = std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3>;

__user_cap_header_struct this_process() { return {_LINUX_CAPABILITY_VERSION_3, 0}; }

Capabilities capabilities() {
  auto header = this_process();
  Capabilities all{};
  require(::syscall(SYS_capget, &header, all.data()) == 0);
  return all;
}

bool holds(const Capabilities& all, unsigned capability) {
  return (all[CAP_TO_INDEX(capability)].effective & CAP_TO_MASK(capability)) != 0;
}

void leave_signals_to_the_tracer() {
  for (const int signal : {SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGALRM, SIGUSR1, SIGUSR2}) std::signal(signal, SIG_IGN);
  for (const int signal : {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL}) std::signal(signal, SIG_DFL);
}

void close_all_but(int socket) {
  if (socket != kept_socket) require(::dup2(socket, kept_socket) == kept_socket);
  require(::syscall(SYS_close_range, kept_socket + 1, ~0U, 0) == 0);
  const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  require(null >= 0);
  for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) require(::dup2(null, standard) == standard);
  if (null > kept_socket) ::close(null);
}

void limit_memory() {
  // With huge pages, a look at one byte of the file would count as two megabytes.
  ::prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
  const rlimit data{data_bytes() + most_worker_bytes, data_bytes() + most_worker_bytes};
  require(::setrlimit(RLIMIT_DATA, &data) == 0);
  const rlimit none{0, 0};
  require(::setrlimit(RLIMIT_CORE, &none) == 0);
}

void become_nobody(const Capabilities& held) {
  if (holds(held, CAP_SETGID)) {
    // A user namespace may forbid setgroups (EPERM) and may lack the group (EINVAL).
    require(::syscall(SYS_setgroups, 0, nullptr) == 0 || errno == EPERM);
    require(::syscall(SYS_setresgid, nobody, nobody, nobody) == 0 || errno == EINVAL);
  }
  if (holds(held, CAP_SETUID)) require(::syscall(SYS_setresuid, nobody, nobody, nobody) == 0 || errno == EINVAL);
}

/// What a file executed later could give back. Without the right to, no_new_privs alone has to keep it away.
void empty_bounding_set(const Capabilities& held) {
  if (!holds(held, CAP_SETPCAP)) return;
  for (int capability = 0; ::prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; ++capability)
    require(::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0);
}

void drop_capabilities() {
  auto header = this_process();
  const Capabilities none{};
  require(::syscall(SYS_capset, &header, none.data()) == 0);
  for (const auto& part : capabilities()) require((part.effective | part.permitted | part.inheritable) == 0);
}

}  // namespace

std::uint64_t data_bytes() {
  const UniqueFd fd(::open("/proc/self/statm", O_RDONLY | O_CLOEXEC));
  std::array<char, 128> text{};
  if (!fd || ::read(fd.get(), text.data(), text.size() - 1) <= 0) return 0;
  const char* at = text.data();
  char* end = nullptr;
  std::uint64_t pages = 0;
  // The sixth number is data and stack.
  for (int field = 0; field < 6; ++field, at = end) pages = std::strtoull(at, &end, 10);
  return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

int give_up_privileges(int socket) {
  leave_signals_to_the_tracer();
  close_all_but(socket);
  limit_memory();
  require(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
  const auto held = capabilities();
  empty_bounding_set(held);
  become_nobody(held);
  drop_capabilities();
  return kept_socket;
}

}  // namespace bccxx::symbols
