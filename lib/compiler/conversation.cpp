// Waits on the socket, the output and the end of the compiler process at once, and never longer than its deadline.

#include "compiler/conversation.hpp"

#include "compiler/child_process.hpp"
#include "support/system_call.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>

namespace bccxx::compiler {
namespace {

using Clock = std::chrono::steady_clock;
using Reason = WorkerError::Reason;

constexpr std::size_t max_output_size = 64U << 10U;
/// What a process may take to end after it has said all it will say.
constexpr std::chrono::milliseconds parting_time{1000};

struct Pair {
  UniqueFd ours;
  UniqueFd theirs;
};

Pair make_socket() {
  int ends[2];
  support::check(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), "create", "socket pair");
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

Pair make_pipe() {
  int ends[2];
  support::check(::pipe2(ends, O_CLOEXEC), "create", "pipe");
  Pair pipe{UniqueFd(ends[0]), UniqueFd(ends[1])};
  support::check(::fcntl(pipe.ours.get(), F_SETFL, O_NONBLOCK), "set up", "pipe");
  return pipe;
}

class Conversation {
 public:
  Conversation(const Worker& worker, std::vector<std::byte> request)
      : worker_(worker), request_(std::move(request)), unsent_(request_), deadline_(deadline_of(worker.timeout)) {}

  Answer run() {
    auto socket = make_socket();
    auto pipe = make_pipe();
    const auto child = start(socket.theirs.get(), pipe.theirs.get());
    socket.theirs.reset();
    pipe.theirs.reset();
    socket_ = std::move(socket.ours);
    output_ = std::move(pipe.ours);
    // Before the request is sent, so that nothing of the user's is handled without limits.
    child->limit({.memory_size = worker_.memory_size, .cpu_time = worker_.cpu_time});
    std::optional<Ending> ending;
    while (!(ending = child->ending()) && !finished()) wait(child->descriptor());
    receive();
    collect_output();
    if (whole()) {
      part(*child);
      return decoded();
    }
    if (malformed_) fail(Reason::bad_answer, 0);
    if (ending) fail_as(*ending);
    fail(closed_ ? Reason::bad_answer : Reason::timed_out, 0);
  }

 private:
  static Clock::time_point deadline_of(std::chrono::milliseconds timeout) {
    constexpr auto longest = std::chrono::hours(24);
    return Clock::now() + std::clamp<std::chrono::milliseconds>(timeout, std::chrono::milliseconds(0), longest);
  }

  std::unique_ptr<ChildProcess> start(int conversation, int output) {
    try {
      return std::make_unique<ChildProcess>(worker_.path, std::vector<std::string>{serve_option}, conversation, output);
    } catch (const std::system_error& error) {
      const int code = error.code().value();
      const bool absent = code == ENOENT && ::access(worker_.path.c_str(), F_OK) != 0;
      fail(absent ? Reason::not_found : Reason::not_started, absent ? 0 : code);
    }
  }

  [[noreturn]] void fail(Reason reason, int status) {
    throw WorkerError(reason, worker_.path.native(), status, std::move(printed_));
  }

  [[noreturn]] void fail_as(const Ending& ending) {
    if (ending.kind == Ending::Kind::exited && ending.status != 0) fail(Reason::exited, ending.status);
    if (ending.kind != Ending::Kind::killed) fail(Reason::bad_answer, 0);
    if (ending.status == SIGXCPU) fail(Reason::timed_out, 0);
    fail(Reason::killed, ending.status);
  }

  [[nodiscard]] bool whole() const noexcept { return size_ != 0 && answer_.size() == size_; }
  [[nodiscard]] bool finished() const { return whole() || malformed_ || Clock::now() >= deadline_; }

  void wait(int child) {
    const short wanted = unsent_.empty() ? POLLIN : POLLIN | POLLOUT;
    std::array<pollfd, 3> watched = {
        {{closed_ ? -1 : socket_.get(), wanted, 0}, {output_ ? output_.get() : -1, POLLIN, 0}, {child, POLLIN, 0}}};
    auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline_ - Clock::now());
    // Where the end of the child cannot be waited for, look again soon.
    if (child < 0) left = std::min(left, std::chrono::milliseconds(20));
    if (::poll(watched.data(), watched.size(), static_cast<int>(std::max(left.count(), decltype(left.count()){0}))) <=
        0) {
      return;
    }
    if ((watched[0].revents & POLLOUT) != 0) send();
    if ((watched[0].revents & ~POLLOUT) != 0) receive();
    if (watched[1].revents != 0) collect_output();
  }

  void send() {
    const auto n = ::send(socket_.get(), unsent_.data(), unsent_.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n >= 0) {
      unsent_ = unsent_.subspan(static_cast<std::size_t>(n));
    } else if (errno != EINTR && errno != EAGAIN) {
      unsent_ = {};
    }
  }

  /// Takes what is there, up to the end of the answer.
  void receive() {
    std::array<std::byte, 16384> block{};
    while (!closed_ && !malformed_ && !whole()) {
      const auto room = size_ == 0 ? block.size() : std::min(block.size(), size_ - answer_.size());
      const auto n = ::recv(socket_.get(), block.data(), room, MSG_DONTWAIT);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0 && errno == EAGAIN) return;
      if (n <= 0) {
        closed_ = true;
        deadline_ = std::min(deadline_, Clock::now() + parting_time);
        return;
      }
      answer_.insert(answer_.end(), block.begin(), block.begin() + n);
      try {
        if (size_ == 0) size_ = message_size(answer_);
        // What comes after the answer is of no interest.
        if (size_ != 0) answer_.resize(std::min(answer_.size(), size_));
      } catch (const std::runtime_error&) {
        malformed_ = true;
      }
    }
  }

  void collect_output() {
    std::array<char, 4096> block{};
    // In turns: one that prints without end must not keep us from the clock.
    for (int turn = 0; output_ && turn < 32; ++turn) {
      const auto n = ::read(output_.get(), block.data(), block.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0 && errno == EAGAIN) return;
      if (n <= 0) return output_.reset();
      const auto room = std::min(static_cast<std::size_t>(n), max_output_size - printed_.size());
      printed_.append(block.data(), room);
    }
  }

  /// Lets the process end in its own way, for a while.
  void part(const ChildProcess& child) {
    closed_ = true;
    unsent_ = {};
    deadline_ = std::min(deadline_, Clock::now() + parting_time);
    while (!child.ending() && Clock::now() < deadline_) wait(child.descriptor());
  }

  Answer decoded() {
    try {
      auto answer = decode_answer(answer_);
      if (answer.status != Answer::Status::failure) return answer;
      printed_ = answer.message + (printed_.empty() ? "" : "\n") + printed_;
    } catch (const std::runtime_error&) {
      fail(Reason::bad_answer, 0);
    }
    fail(Reason::failed, 0);
  }

  const Worker& worker_;
  std::vector<std::byte> request_;
  std::span<const std::byte> unsent_;
  Clock::time_point deadline_;
  UniqueFd socket_;
  UniqueFd output_;
  std::vector<std::byte> answer_;
  std::size_t size_ = 0;
  std::string printed_;
  bool closed_ = false;
  bool malformed_ = false;
};

}  // namespace

Answer converse(const Worker& worker, const Request& request) { return Conversation(worker, encode(request)).run(); }

}  // namespace bccxx::compiler
