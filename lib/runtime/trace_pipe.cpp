// A tracefs instance with the bpf_trace_printk event switched on.

#include <bccxx/runtime/trace_pipe.hpp>

#include "runtime/trace_instance.hpp"
#include "support/kernel_release.hpp"
#include "support/mounts.hpp"
#include "support/poll_timeout.hpp"
#include "support/system_call.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <utility>

namespace bccxx {
namespace {

using namespace std::chrono_literals;

constexpr const char* printk_event = "/events/bpf_trace/bpf_trace_printk/enable";

void enable(const std::string& path) {
  const UniqueFd fd(support::check(::open(path.c_str(), O_WRONLY | O_CLOEXEC), "open", path));
  support::check(static_cast<int>(::write(fd.get(), "1", 1)), "write", path);
}

}  // namespace

TracePipe::TracePipe() {
  const auto tracefs = support::tracefs();
  if (::access((tracefs + printk_event).c_str(), F_OK) != 0 && errno == ENOENT) {
    throw NotSupported("reading bpf_trace_printk from an instance of one's own", "Linux 5.9",
                       support::kernel_release());
  }
  instance_ = std::make_unique<runtime::TraceInstance>(tracefs);
  const auto path = pipe_path();
  pipe_ = UniqueFd(support::check(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC), "open", path));
  enable(instance_->path() + printk_event);
}

TracePipe::TracePipe(TracePipe&&) noexcept = default;

TracePipe& TracePipe::operator=(TracePipe&& other) noexcept {
  if (this != &other) {
    close();
    instance_ = std::move(other.instance_);
    pipe_ = std::move(other.pipe_);
    buffered_ = std::move(other.buffered_);
    lost_ = other.lost_;
  }
  return *this;
}

TracePipe::~TracePipe() { close(); }

void TracePipe::close() noexcept {
  // The kernel keeps an instance while its pipe is open.
  pipe_.reset();
  instance_.reset();
}

std::string TracePipe::pipe_path() const { return (instance_ ? instance_->path() : std::string()) + "/trace_pipe"; }

std::optional<std::string> TracePipe::take_line() {
  for (;;) {
    const auto end = buffered_.find('\n');
    if (end == std::string::npos) return std::nullopt;
    auto line = buffered_.substr(0, end);
    buffered_.erase(0, end + 1);
    if (!line.empty() && !count_lost(line)) return line;
  }
}

/// Whether the line tells of lost events: "CPU:1 [LOST 23 EVENTS]".
bool TracePipe::count_lost(std::string_view line) {
  constexpr std::string_view mark = "[LOST ";
  const auto at = line.find(mark);
  if (at == std::string_view::npos || !line.starts_with("CPU:")) return false;
  std::uint64_t count = 0;
  std::from_chars(line.data() + at + mark.size(), line.data() + line.size(), count);
  lost_ += count;
  return true;
}

std::optional<std::string> TracePipe::readline(std::chrono::milliseconds timeout) {
  timeout = support::poll_timeout(timeout);
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  std::array<char, 4096> block{};
  for (;;) {
    if (auto line = take_line()) return line;
    const auto n = ::read(pipe_.get(), block.data(), block.size());
    if (n > 0) {
      buffered_.append(block.data(), static_cast<std::size_t>(n));
      continue;
    }
    if (n < 0 && errno != EAGAIN && errno != EINTR) support::fail(errno, "read", pipe_path());
    int wait = -1;
    if (timeout.count() >= 0) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
      if (left.count() <= 0) return std::nullopt;
      wait = support::poll_milliseconds(left);
    }
    pollfd waiting = {pipe_.get(), POLLIN, 0};
    if (::poll(&waiting, 1, wait) < 0) {
      if (errno == EINTR) return std::nullopt;
      support::fail(errno, "poll", pipe_path());
    }
  }
}

std::optional<TraceFields> TracePipe::fields(std::chrono::milliseconds timeout) {
  timeout = support::poll_timeout(timeout);
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  auto left = timeout;
  while (auto line = readline(left)) {
    if (auto parsed = parse_trace_line(*line)) return parsed;
    if (timeout.count() < 0) continue;
    left = std::max(0ms, std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()));
  }
  return std::nullopt;
}

}  // namespace bccxx
