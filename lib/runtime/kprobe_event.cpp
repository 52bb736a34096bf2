// Events of tracefs stay until they are removed, so each has a guardian.

#include "runtime/kprobe_event.hpp"

#include "runtime/attach_error.hpp"
#include "runtime/function_refusal.hpp"
#include "runtime/guardian.hpp"
#include "runtime/perf_event.hpp"
#include "runtime/tracepoints.hpp"
#include "support/mounts.hpp"
#include "support/system_call.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <memory>
#include <utility>

namespace bccxx::runtime {
namespace {

/// "-:GROUP/NAME", ended by a 0.
using Removal = std::array<char, 48>;

/// Waits while the kernel still takes the program off the event of a process that has just died.
int remove_event(int kprobe_events, const Guardian::State& state) {
  const auto removal = state_as<Removal>(state);
  constexpr timespec pause = {0, 10'000'000};
  for (int tries = 0; tries < 500; ++tries) {
    if (::syscall(SYS_write, kprobe_events, removal.data(), std::strlen(removal.data())) >= 0 || errno == ENOENT)
      return 0;
    if (errno != EBUSY) return errno;
    ::syscall(SYS_nanosleep, &pause, nullptr);
  }
  return EBUSY;
}

class KprobeEventHolder final : public Link::Holder {
 public:
  KprobeEventHolder(std::string name, UniqueFd kprobe_events)
      : name_(std::move(name)), guardian_(std::move(kprobe_events), remove_event) {
    Removal removal = {};
    fmt::format_to_n(removal.data(), removal.size() - 1, "-:{}", name_);
    guardian_.set(removal);
  }
  ~KprobeEventHolder() override { running_.reset(); }
  KprobeEventHolder(const KprobeEventHolder&) = delete;
  KprobeEventHolder& operator=(const KprobeEventHolder&) = delete;

  void run(UniqueFd running) { running_ = std::move(running); }

  [[nodiscard]] int fd() const noexcept override { return running_.get(); }

  void detach() override {
    running_.reset();
    if (const int code = guardian_.finish(); code != 0) support::fail(code, "remove kprobe event", name_);
  }

 private:
  std::string name_;
  Guardian guardian_;
  UniqueFd running_;
};

}  // namespace

Link attach_kretprobe_event(const Program& program, const std::string& function, int maxactive) {
  constexpr auto via = AttachVia::kretprobe;
  static std::atomic<unsigned> number = 0;
  const auto path = support::tracefs() + "/kprobe_events";
  UniqueFd kprobe_events(::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
  if (!kprobe_events && errno == ENOENT) {
    fail_attach(program, via, function, EOPNOTSUPP, "the kernel has no kprobe_events, which maxactive needs");
  }
  if (!kprobe_events) fail_attach(program, via, function, errno, "open " + path + ": " + std::strerror(errno));
  const auto group = fmt::format("bccxx_{}", ::getpid());
  const auto event = fmt::format("return_{}", ++number);
  const auto definition = fmt::format("r{}:{}/{} {}", maxactive, group, event, function);
  const int events_fd = kprobe_events.get();
  auto holder = std::make_unique<KprobeEventHolder>(group + "/" + event, std::move(kprobe_events));
  if (::write(events_fd, definition.data(), definition.size()) < 0) {
    refuse_function(program, via, function, function, errno, "kprobe_events");
  }
  const auto id = tracepoint_id(group, event);
  if (!id) fail_attach(program, via, function, ENOENT, "the event of the probe did not appear");
  perf_event_attr attributes = {};
  attributes.type = PERF_TYPE_TRACEPOINT;
  attributes.config = *id;
  auto fd = open_perf_event(attributes, -1, any_online_cpu());
  if (!fd) refuse_function(program, via, function, function, errno, "perf_event_open");
  holder->run(run_on_event(std::move(fd), program, via, function));
  return {std::move(holder), via, program.name(), function};
}

}  // namespace bccxx::runtime
