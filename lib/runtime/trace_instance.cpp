// An instance stays in tracefs until somebody removes its folder, which the kernel refuses while a file of it is open.

#include "runtime/trace_instance.hpp"

#include "support/process_start.hpp"
#include "support/system_call.hpp"

#include <bccxx/support/unique_fd.hpp>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <ctime>
#include <filesystem>
#include <string_view>

namespace bccxx::runtime {
namespace {

constexpr std::string_view name_prefix = "bccxx-";

/// The name as the guardian keeps it, with a zero at its end.
using Name = std::array<char, sizeof(Guardian::State)>;

/// bccxx-PID-STARTTIME-NUMBER: enough to tell whether its process still lives.
std::string new_name() {
  static std::atomic<unsigned> counter{0};
  const auto pid = ::getpid();
  return fmt::format("{}{}-{}-{}", name_prefix, pid, support::process_start(pid).value_or(0), counter++);
}

bool owner_lives(std::string_view name) {
  name.remove_prefix(name_prefix.size());
  pid_t pid = 0;
  std::uint64_t start = 0;
  const char* end = name.data() + name.size();
  auto parsed = std::from_chars(name.data(), end, pid);
  if (parsed.ec != std::errc() || parsed.ptr == end || *parsed.ptr != '-') return true;
  parsed = std::from_chars(parsed.ptr + 1, end, start);
  if (parsed.ec != std::errc()) return true;
  return support::process_start(pid) == start;
}

/// A failure only leaves them for the next reader.
void sweep(const std::string& instances) {
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(instances, ignored)) {
    const auto name = entry.path().filename().string();
    if (name.starts_with(name_prefix) && !owner_lives(name)) ::rmdir(entry.path().c_str());
  }
}

/// Tries again while a dying process still has a file of it open: the kernel closes one descriptor after the other.
int remove_work(int instances, const Guardian::State& state) {
  constexpr int tries = 1000;
  const auto name = state_as<Name>(state);
  for (int n = 0; n < tries; ++n) {
    if (::syscall(SYS_unlinkat, instances, name.data(), AT_REMOVEDIR) == 0 || errno == ENOENT) return 0;
    if (errno != EBUSY) return errno;
    timespec pause = {.tv_sec = 0, .tv_nsec = 10'000'000};
    ::syscall(SYS_nanosleep, &pause, nullptr);
  }
  return EBUSY;
}

UniqueFd open_folder(const std::string& path) {
  return UniqueFd(support::check(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC), "open", path));
}

}  // namespace

TraceInstance::TraceInstance(const std::string& tracefs) : guardian_(open_folder(tracefs + "/instances"), remove_work) {
  const auto instances = tracefs + "/instances";
  sweep(instances);
  const auto name = new_name();
  Name kept = {};
  name.copy(kept.data(), kept.size() - 1);
  // Before there is anything to remove, since we may be killed right after.
  guardian_.set(kept);
  path_ = instances + "/" + name;
  support::check(::mkdir(path_.c_str(), 0700), "make tracefs instance", path_);
}

}  // namespace bccxx::runtime
