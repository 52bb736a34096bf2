// A tracefs instance with the bpf_trace_printk event switched on.

#include <bccxx/runtime/trace_pipe.hpp>

#include "support/file.hpp"
#include "support/kernel_release.hpp"
#include "support/mounts.hpp"
#include "support/poll_timeout.hpp"
#include "support/process_start.hpp"
#include "support/system_call.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>
#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <utility>

namespace bccxx {
namespace {

using namespace std::chrono_literals;

constexpr const char* printk_event = "/events/bpf_trace/bpf_trace_printk/enable";
constexpr std::string_view instance_prefix = "bccxx-";

/// bccxx-PID-STARTTIME-NUMBER: enough to tell whether its process still lives.
std::string instance_name() {
  static std::atomic<unsigned> counter{0};
  const auto pid = ::getpid();
  return fmt::format("{}{}-{}-{}", instance_prefix, pid, support::process_start(pid).value_or(0), counter++);
}

bool owner_lives(std::string_view name) {
  name.remove_prefix(instance_prefix.size());
  pid_t pid = 0;
  std::uint64_t start = 0;
  const char* end = name.data() + name.size();
  auto parsed = std::from_chars(name.data(), end, pid);
  if (parsed.ec != std::errc() || parsed.ptr == end || *parsed.ptr != '-') return true;
  parsed = std::from_chars(parsed.ptr + 1, end, start);
  if (parsed.ec != std::errc()) return true;
  return support::process_start(pid) == start;
}

/// Removes instances whose process was killed; a failure only leaves them for the next reader.
void sweep(const std::string& instances) {
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(instances, ignored)) {
    const auto name = entry.path().filename().string();
    if (name.rfind(instance_prefix, 0) == 0 && !owner_lives(name)) ::rmdir(entry.path().c_str());
  }
}

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
  const auto instances = tracefs + "/instances";
  sweep(instances);
  const auto instance = instances + "/" + instance_name();
  support::check(::mkdir(instance.c_str(), 0700), "make tracefs instance", instance);
  instance_ = instance;
  try {
    pipe_ = UniqueFd(support::check(::open((instance_ + "/trace_pipe").c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC),
                                    "open", instance_ + "/trace_pipe"));
    enable(instance_ + printk_event);
  } catch (...) {
    close();
    throw;
  }
}

TracePipe::TracePipe(TracePipe&& other) noexcept
    : instance_(std::exchange(other.instance_, {})),
      pipe_(std::move(other.pipe_)),
      buffered_(std::move(other.buffered_)),
      lost_(other.lost_) {}

TracePipe& TracePipe::operator=(TracePipe&& other) noexcept {
  if (this != &other) {
    close();
    instance_ = std::exchange(other.instance_, {});
    pipe_ = std::move(other.pipe_);
    buffered_ = std::move(other.buffered_);
    lost_ = other.lost_;
  }
  return *this;
}

TracePipe::~TracePipe() { close(); }

void TracePipe::close() noexcept {
  pipe_.reset();
  if (!instance_.empty()) ::rmdir(instance_.c_str());
  instance_.clear();
}

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
    if (n < 0 && errno != EAGAIN && errno != EINTR) support::fail(errno, "read", instance_ + "/trace_pipe");
    int wait = -1;
    if (timeout.count() >= 0) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
      if (left.count() <= 0) return std::nullopt;
      wait = support::poll_milliseconds(left);
    }
    pollfd waiting = {pipe_.get(), POLLIN, 0};
    if (::poll(&waiting, 1, wait) < 0) {
      if (errno == EINTR) return std::nullopt;
      support::fail(errno, "poll", instance_ + "/trace_pipe");
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
