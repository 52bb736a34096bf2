// A kprobe is an event of the "kprobe" PMU: a name, an offset, and a bit that says "at return".

#include "runtime/attach_kprobe.hpp"

#include "runtime/attach_error.hpp"
#include "runtime/descriptors_holder.hpp"
#include "runtime/function_refusal.hpp"
#include "runtime/kprobe_event.hpp"
#include "runtime/perf_event.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <memory>

namespace bccxx::runtime {
namespace {

Link attach(const Program& program, const std::string& function, std::uint64_t offset, AttachVia via) {
  const auto target = offset == 0 ? function : fmt::format("{}+{:#x}", function, offset);
  const auto type = pmu_type("kprobe");
  if (!type) {
    const auto absent = explain_function_refusal(function, EOPNOTSUPP, via, {});
    if (absent.code == ENOENT) fail_attach(program, via, target, ENOENT, absent.reason, absent.hint);
    fail_attach(program, via, target, EOPNOTSUPP, "the kernel has no kprobes");
  }

  perf_event_attr attributes = {};
  attributes.type = *type;
  if (via == AttachVia::kretprobe) {
    attributes.config = std::uint64_t{1} << pmu_format_bit("kprobe", "retprobe").value_or(0);
  }
  attributes.config1 = reinterpret_cast<std::uintptr_t>(function.c_str());
  attributes.config2 = offset;
  auto fd = open_perf_event(attributes, -1, any_online_cpu());
  if (!fd) refuse_function(program, via, target, function, errno, "perf_event_open");
  auto running = run_on_event(std::move(fd), program, via, target);
  return {std::make_unique<DescriptorsHolder>(std::move(running)), via, program.name(), target};
}

}  // namespace

Link attach_kprobe(const Program& program, const std::string& function, std::uint64_t offset) {
  return attach(program, function, offset, AttachVia::kprobe);
}

Link attach_kretprobe(const Program& program, const std::string& function, int maxactive) {
  if (maxactive > 0) return attach_kretprobe_event(program, function, maxactive);
  return attach(program, function, 0, AttachVia::kretprobe);
}

}  // namespace bccxx::runtime
