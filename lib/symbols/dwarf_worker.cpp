// Starts the worker when first needed, asks it within a time limit, and ends it when it fails.

#include "symbols/dwarf_worker.hpp"

#include "symbols/dwarf_child.hpp"
#include "symbols/dwarf_protocol.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <ctime>

namespace bccxx::symbols {
namespace {

/// To receive an answer that has begun.
constexpr auto longest_answer = std::chrono::seconds(10);
/// What a busy machine or a slow disk leaves the worker is little, but it is something; one that waits for a file that
/// nobody writes gets nothing done.
constexpr auto most_computing = std::chrono::seconds(9);
constexpr auto least_progress = std::chrono::milliseconds(2);
constexpr std::chrono::milliseconds between_looks = std::chrono::seconds(5);
constexpr int most_looks = 12;
constexpr std::chrono::milliseconds longest_end = std::chrono::seconds(10);

std::chrono::nanoseconds computing_time(pid_t pid) {
  clockid_t clock{};
  timespec time{};
  if (::clock_getcpuclockid(pid, &clock) != 0 || ::clock_gettime(clock, &time) != 0) return {};
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace

bool DwarfWorker::start() {
  if (socket_) return true;
  std::array<int, 2> pair{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) != 0) return false;
  UniqueFd ours(pair[0]);
  const UniqueFd theirs(pair[1]);
  const auto pid = ::fork();
  if (pid == 0) run_dwarf_child(theirs.get());
  if (pid < 0) return false;
  process_.reset(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (!process_) {
    ::kill(pid, SIGKILL);
    while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
    }
    return false;
  }
  socket_ = std::move(ours);
  pid_ = pid;
  return true;
}

void DwarfWorker::stop() {
  socket_.reset();
  if (!process_) return;
  ::syscall(SYS_pidfd_send_signal, process_.get(), SIGKILL, nullptr, 0);
  // One that the kernel keeps waiting for a file, killed or not, is not waited for in its turn.
  pollfd end{process_.get(), POLLIN, 0};
  const int patience = static_cast<int>(longest_end.count());
  siginfo_t ended{};
  while (::poll(&end, 1, patience) < 0 && errno == EINTR) {
  }
  while (::waitid(P_PIDFD, static_cast<id_t>(process_.get()), &ended, WEXITED | WNOHANG) != 0 && errno == EINTR) {
  }
  process_.reset();
  pid_ = -1;
}

std::vector<SourcePlace> DwarfWorker::find(std::uint64_t key, int fd, std::span<const std::uint64_t> addresses) {
  std::vector<SourcePlace> places;
  places.reserve(addresses.size());
  while (!addresses.empty()) {
    const auto some = addresses.first(std::min<std::size_t>(addresses.size(), DwarfQuestion::most_addresses));
    if (!start() || !ask(key, fd, some, places)) {
      stop();
      return {};
    }
    addresses = addresses.subspan(some.size());
  }
  return places;
}

bool DwarfWorker::answers() const {
  const auto start = computing_time(pid_);
  auto before = start;
  for (int look = 0; look < most_looks; ++look) {
    pollfd answer{socket_.get(), POLLIN, 0};
    const auto ready = ::poll(&answer, 1, static_cast<int>(between_looks.count()));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
    const auto now = computing_time(pid_);
    if (now - start > most_computing || (ready == 0 && now - before < least_progress)) return false;
    before = now;
  }
  return false;
}

bool DwarfWorker::ask(std::uint64_t key, int fd, std::span<const std::uint64_t> addresses,
                      std::vector<SourcePlace>& places) {
  if (!send_question(socket_.get(), {key, addresses.size()}, fd) ||
      !send_all(socket_.get(), std::as_bytes(addresses)) || !answers())
    return false;
  const auto deadline = std::chrono::steady_clock::now() + longest_answer;
  std::uint64_t size = 0;
  if (!receive_all(socket_.get(), std::as_writable_bytes(std::span(&size, 1)), deadline) || size > most_answer_bytes)
    return false;
  std::string bytes(size, '\0');
  if (!receive_all(socket_.get(), std::as_writable_bytes(std::span(bytes)), deadline)) return false;
  auto answer = read_places(bytes, addresses.size());
  if (!answer) return false;
  std::ranges::move(*answer, std::back_inserter(places));
  return true;
}

}  // namespace bccxx::symbols
