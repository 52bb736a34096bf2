// What the kernel says to the smallest program there is, and to a map of one entry.

#include <bccxx/runtime/features.hpp>

#include "runtime/perf_event.hpp"
#include "runtime/smallest_program.hpp"
#include "support/libbpf_log.hpp"
#include "support/permissions.hpp"
#include "support/system_call.hpp"

#include <bccxx/support/unique_fd.hpp>

#include <bpf/bpf.h>
#include <fmt/format.h>
#include <linux/bpf.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <mutex>
#include <optional>
#include <utility>

namespace bccxx {
namespace {

/// A function every kernel has that is old, plain and rarely called.
constexpr const char* kernel_function = "do_sys_openat2";

FeatureState yes() { return {true, {}, {}}; }
FeatureState no(const char* what, int code) {
  auto reason = fmt::format("{}: {}", what, support::error_code(code).message());
  if (support::is_refusal(code)) {
    const auto why = support::explain_refusal();
    reason += why.empty() ? " (this kernel refuses programs of this type)" : " (" + why + ")";
  }
  return {false, std::move(reason), support::error_code(code)};
}
FeatureState not_built(const char* reason) { return {false, reason, support::error_code(EOPNOTSUPP)}; }

/// Loads, and attaches, where the kernel's BTF has `name`.
FeatureState try_tracing(bpf_prog_type type, bpf_attach_type attach, const char* name) {
  const auto program = runtime::load_smallest_at(type, attach, name);
  if (!program) return no(program.get() == -ESRCH ? "the kernel's BTF" : "load", -program.get());
  const UniqueFd link(bpf_raw_tracepoint_open(nullptr, program.get()));
  return link ? yes() : no("attach", -link.get());
}

/// A kprobe opened switched off, and the program it would run.
FeatureState try_kprobe() {
  const auto type = runtime::pmu_type("kprobe");
  if (!type) return not_built("the kernel has no kprobes");
  perf_event_attr attributes = {};
  attributes.type = *type;
  attributes.disabled = 1;
  attributes.config1 = reinterpret_cast<std::uintptr_t>(kernel_function);
  const auto event = runtime::open_perf_event(attributes, -1, runtime::any_online_cpu());
  if (!event) return no("perf_event_open", errno);
  const auto program = runtime::load_smallest(BPF_PROG_TYPE_KPROBE);
  return program ? yes() : no("load", -program.get());
}

FeatureState try_uprobe() {
  const auto type = runtime::pmu_type("uprobe");
  if (!type) return not_built("the kernel has no uprobes");
  const auto program = runtime::load_smallest(BPF_PROG_TYPE_KPROBE);
  if (!program) return no("load", -program.get());
  perf_event_attr attributes = {};
  attributes.type = *type;
  attributes.disabled = 1;
  // A real place would change code that runs. The kernel checks permission before it looks for the file.
  attributes.config1 = reinterpret_cast<std::uintptr_t>("/proc/self/no such file");
  const auto event = runtime::open_perf_event(attributes, -1, runtime::any_online_cpu());
  const int code = event ? 0 : errno;
  return code == 0 || code == ENOENT ? yes() : no("perf_event_open", code);
}

FeatureState try_raw_tracepoint() {
  const auto program = runtime::load_smallest(BPF_PROG_TYPE_RAW_TRACEPOINT);
  if (!program) return no("load", -program.get());
  const UniqueFd link(bpf_raw_tracepoint_open("sched_process_exit", program.get()));
  return link ? yes() : no("attach", -link.get());
}

FeatureState try_perf_event_link() {
  const auto program = runtime::load_smallest(BPF_PROG_TYPE_TRACEPOINT);
  if (!program) return no("load", -program.get());
  // The kernel looks at the descriptor last: EBADF says that it knows everything else.
  const UniqueFd link(bpf_link_create(program.get(), -1, BPF_PERF_EVENT, nullptr));
  return link.get() == -EBADF ? yes() : no("bpf_link_create", -link.get());
}

FeatureState try_ring_buffer() {
  const UniqueFd map(bpf_map_create(BPF_MAP_TYPE_RINGBUF, nullptr, 0, 0, 65536, nullptr));
  return map ? yes() : no("bpf_map_create", -map.get());
}

FeatureState try_batch_operations() {
  const UniqueFd map(bpf_map_create(BPF_MAP_TYPE_HASH, nullptr, 4, 4, 1, nullptr));
  if (!map) return no("bpf_map_create", -map.get());
  std::uint32_t next = 0;
  std::uint32_t key = 0;
  std::uint32_t value = 0;
  std::uint32_t count = 1;
  const int result = bpf_map_lookup_batch(map.get(), nullptr, &next, &key, &value, &count, nullptr);
  // An empty map has nothing more to read.
  return result == 0 || result == -ENOENT ? yes() : no("bpf_map_lookup_batch", -result);
}

FeatureState try_feature(Feature feature) {
  const support::LibbpfLog silent;
  switch (feature) {
    case Feature::kprobe:
      return try_kprobe();
    case Feature::uprobe:
      return try_uprobe();
    case Feature::fentry:
      return try_tracing(BPF_PROG_TYPE_TRACING, BPF_TRACE_FENTRY, kernel_function);
    case Feature::fmod_ret:
      return try_tracing(BPF_PROG_TYPE_TRACING, BPF_MODIFY_RETURN, "security_file_open");
    case Feature::lsm:
      return try_tracing(BPF_PROG_TYPE_LSM, BPF_LSM_MAC, "file_open");
    case Feature::btf_raw_tracepoint:
      return try_tracing(BPF_PROG_TYPE_TRACING, BPF_TRACE_RAW_TP, "sched_process_exit");
    case Feature::raw_tracepoint:
      return try_raw_tracepoint();
    case Feature::perf_event_link:
      return try_perf_event_link();
    case Feature::ring_buffer:
      return try_ring_buffer();
    case Feature::batch_operations:
      return try_batch_operations();
  }
  return not_built("unknown feature");
}

/// What would be answered otherwise by a process with other privileges, or by this one a moment later.
bool may_change(const std::error_code& code) {
  switch (code.value()) {
    case EPERM:
    case EACCES:
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case EAGAIN:
    case EINTR:
    case EBUSY:
      return true;
    default:
      return false;
  }
}

struct Answer {
  std::mutex mutex;
  std::optional<FeatureState> state;
};

}  // namespace

const char* to_string(Feature feature) noexcept {
  switch (feature) {
    case Feature::kprobe:
      return "kprobe";
    case Feature::fentry:
      return "fentry";
    case Feature::fmod_ret:
      return "fmod_ret";
    case Feature::lsm:
      return "lsm";
    case Feature::raw_tracepoint:
      return "raw tracepoint";
    case Feature::btf_raw_tracepoint:
      return "raw tracepoint with BTF";
    case Feature::uprobe:
      return "uprobe";
    case Feature::perf_event_link:
      return "link to a perf event";
    case Feature::ring_buffer:
      return "ring buffer";
    case Feature::batch_operations:
      return "batch operations on maps";
  }
  return "unknown";
}

FeatureState probe_feature(Feature feature) {
  static std::array<Answer, static_cast<std::size_t>(Feature::batch_operations) + 1> answers;
  auto& answer = answers.at(static_cast<std::size_t>(feature));
  const std::lock_guard lock(answer.mutex);
  if (answer.state) return *answer.state;
  auto state = try_feature(feature);
  if (state.available || !may_change(state.code)) answer.state = state;
  return state;
}

}  // namespace bccxx
