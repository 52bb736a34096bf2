// A uprobe is an event of the "uprobe" PMU: a path, an offset in the file, and a bit that says "at return".

#include "runtime/attach_uprobe.hpp"

#include "runtime/attach_error.hpp"
#include "runtime/descriptors_holder.hpp"
#include "runtime/perf_event.hpp"
#include "runtime/uprobe_place.hpp"
#include "support/system_call.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <csignal>
#include <memory>

namespace bccxx::runtime {
namespace {

std::string asked_for(const UprobeTarget& target) {
  if (target.symbol.empty()) return fmt::format("{}:{:#x}", target.binary, target.address.value_or(0));
  if (target.offset == 0) return fmt::format("{}:{}", target.binary, target.symbol);
  return fmt::format("{}:{}+{:#x}", target.binary, target.symbol, target.offset);
}

OpenedPlace resolve(const Program& program, AttachVia via, const UprobeTarget& target) {
  try {
    return open_uprobe_place(target);
  } catch (const NotFound& error) {
    fail_attach(program, via, asked_for(target), ENOENT, fmt::format("no {} named {}", error.kind(), error.name()),
                did_you_mean(error.nearest()));
  } catch (const NotSupported& error) {
    fail_attach(program, via, asked_for(target), EOPNOTSUPP, error.what());
  } catch (const SystemError& error) {
    fail_attach(program, via, asked_for(target), error.code().value(), error.what(), error.hint());
  }
}

[[noreturn]] void refuse(const Program& program, AttachVia via, const UprobeTarget& target, int code) {
  if (code == ESRCH) fail_attach(program, via, asked_for(target), code, fmt::format("no process {}", target.pid));
  fail_attach(program, via, asked_for(target), code, "perf_event_open: " + support::error_code(code).message());
}

Link attach(const Program& program, const UprobeTarget& target, AttachVia via, const UprobeListener& listener) {
  // Before anything is looked for in it.
  if (target.pid > 0 && ::kill(target.pid, 0) != 0 && errno == ESRCH) refuse(program, via, target, ESRCH);
  const auto [place, binary] = resolve(program, via, target);
  if (listener) listener(place);
  const auto path = binary.kernel_path();
  const auto type = pmu_type("uprobe");
  if (!type) fail_attach(program, via, asked_for(target), EOPNOTSUPP, "the kernel has no uprobes");

  perf_event_attr attributes = {};
  attributes.type = *type;
  if (via == AttachVia::uretprobe) {
    attributes.config |= std::uint64_t{1} << pmu_format_bit("uprobe", "retprobe").value_or(0);
  }
  attributes.config |= target.semaphore_offset << pmu_format_bit("uprobe", "ref_ctr_offset").value_or(32);
  attributes.config1 = reinterpret_cast<std::uintptr_t>(path.c_str());
  attributes.config2 = place.file_offset;
  const bool everywhere = target.pid <= 0;
  auto fd = open_perf_event(attributes, everywhere ? -1 : target.pid, everywhere ? any_online_cpu() : -1);
  if (!fd) refuse(program, via, target, errno);
  auto name = fmt::format("{}:{:#x}", place.path, place.file_offset);
  auto running = run_on_event(std::move(fd), program, via, asked_for(target));
  return {std::make_unique<DescriptorsHolder>(std::move(running)), via, program.name(), std::move(name)};
}

}  // namespace

Link attach_uprobe(const Program& program, const UprobeTarget& target, const UprobeListener& listener) {
  return attach(program, target, AttachVia::uprobe, listener);
}

Link attach_uretprobe(const Program& program, const UprobeTarget& target, const UprobeListener& listener) {
  return attach(program, target, AttachVia::uretprobe, listener);
}

}  // namespace bccxx::runtime
