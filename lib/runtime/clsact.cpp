// Netlink attachments last until they are removed, so each has a guardian that removes it whatever becomes of us.

#include "runtime/clsact.hpp"

#include "runtime/guardian.hpp"
#include "runtime/tc_filter.hpp"
#include "support/libbpf_log.hpp"
#include "support/system_call.hpp"

#include <bccxx/support/unique_fd.hpp>

#include <bpf/libbpf.h>
#include <linux/netlink.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <map>
#include <mutex>
#include <utility>

namespace bccxx::runtime {
namespace {

/// The size up to the end of the last member: libbpf refuses what it finds in the padding.
template <class Options, class Member>
std::size_t size_up_to(const Options& options, const Member& last) {
  return static_cast<std::size_t>(reinterpret_cast<const char*>(&last + 1) - reinterpret_cast<const char*>(&options));
}

/// Which device: the inode of its network namespace, which a socket of it keeps, and its index there.
using Device = std::pair<ino_t, unsigned>;

/// The qdiscs that this process made and how many of its filters are on each. Between making a qdisc and putting the
/// first filter on it, or taking the last one off, nobody else in this process may look.
struct Qdiscs {
  std::mutex mutex;
  std::map<Device, int> filters;

  static Qdiscs& of_process() {
    // Links may go after everything static has.
    static auto* const all = new Qdiscs;
    return *all;
  }
};

int remove_work(int resource, const Guardian::State& state) {
  return remove_tc_filter(resource, state_as<TcFilter>(state));
}

int make_work(int resource, Guardian::State& state) {
  auto filter = state_as<TcFilter>(state);
  const int code = make_clsact(resource, filter.device);
  if (code == 0) filter.own_qdisc = true;
  std::memcpy(state.data(), &filter, sizeof filter);
  return code;
}

ino_t current_network_namespace() {
  struct stat status = {};
  support::check(::stat("/proc/thread-self/ns/net", &status), "stat", "network namespace");
  return status.st_ino;
}

/// Belongs to the network namespace of the calling thread for good.
UniqueFd netlink_socket() {
  return UniqueFd(support::check(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE), "socket", "rtnetlink"));
}

class FilterHolder final : public Link::Holder {
 public:
  explicit FilterHolder(Device device)
      : device_(std::move(device)), guardian_(netlink_socket(), remove_work, make_work) {}
  ~FilterHolder() override {
    if (guardian_.made_here()) end();
  }
  FilterHolder(const FilterHolder&) = delete;
  FilterHolder& operator=(const FilterHolder&) = delete;

  /// Returns: 0 or the kernel's negative errno
  int attach(const Program& program, TcDirection direction);

  [[nodiscard]] int fd() const noexcept override { return -1; }

  void detach() override {
    if (const int code = end(); code != 0) {
      support::fail(code, "detach tc filter", "device " + std::to_string(device_.second));
    }
  }

 private:
  int end() noexcept {
    // In a copy of the process the lock may be held for ever.
    if (!guardian_.made_here()) return guardian_.finish();
    auto& qdiscs = Qdiscs::of_process();
    const std::lock_guard lock(qdiscs.mutex);
    if (const auto known = qdiscs.filters.find(device_);
        std::exchange(counted_, false) && known != qdiscs.filters.end()) {
      if (--known->second == 0) qdiscs.filters.erase(known);
    }
    return guardian_.finish();
  }

  Device device_;
  Guardian guardian_;
  bool counted_ = false;
};

int FilterHolder::attach(const Program& program, TcDirection direction) {
  const support::LibbpfLog log;
  auto& qdiscs = Qdiscs::of_process();
  const std::lock_guard lock(qdiscs.mutex);
  const bool in = direction == TcDirection::ingress;
  TcFilter filter = {.device = static_cast<int>(device_.second),
                     .parent = TC_H_MAKE(TC_H_CLSACT, in ? TC_H_MIN_INGRESS : TC_H_MIN_EGRESS),
                     .own_qdisc = qdiscs.filters.count(device_) != 0};
  if (const int code = guardian_.make(filter); code != 0 && code != EEXIST) return -code;
  bpf_tc_hook hook = {};
  hook.sz = size_up_to(hook, hook.parent);
  hook.ifindex = filter.device;
  filter.program_id = program.id();
  guardian_.set(filter);
  hook.attach_point = in ? BPF_TC_INGRESS : BPF_TC_EGRESS;
  bpf_tc_opts options = {};
  options.sz = size_up_to(options, options.priority);
  options.prog_fd = program.fd();
  if (const int code = bpf_tc_attach(&hook, &options); code < 0) {
    filter.program_id = 0;
    guardian_.set(filter);
    return code;
  }
  filter.handle = options.handle;
  filter.priority = options.priority;
  guardian_.set(filter);
  if (filter.own_qdisc) {
    ++qdiscs.filters[device_];
    counted_ = true;
  }
  return 0;
}

}  // namespace

ClsactFilter attach_clsact(const Program& program, unsigned device_index, TcDirection direction) {
  auto holder = std::make_unique<FilterHolder>(Device(current_network_namespace(), device_index));
  if (const int code = holder->attach(program, direction); code < 0) return {.code = code};
  return {.holder = std::move(holder)};
}

}  // namespace bccxx::runtime
