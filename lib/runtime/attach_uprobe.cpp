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

/// What perf_event_open(2) is to be told besides the place.
struct Hook {
  AttachVia via;
  int pid = -1;
  std::uint64_t semaphore_offset = 0;
  std::uint64_t cookie = 0;
  std::string asked;  ///< the place as the user named it
};

[[noreturn]] void refuse(const Program& program, const Hook& hook, int code) {
  if (code == ESRCH) fail_attach(program, hook.via, hook.asked, code, fmt::format("no process {}", hook.pid));
  fail_attach(program, hook.via, hook.asked, code, "perf_event_open: " + support::error_code(code).message());
}

/// Before anything is looked for in it.
void check_process(const Program& program, const Hook& hook) {
  if (hook.pid > 0 && ::kill(hook.pid, 0) != 0 && errno == ESRCH) refuse(program, hook, ESRCH);
}

Link attach_at(const Program& program, const symbols::Binary& binary, const std::string& name, std::uint64_t offset,
               const Hook& hook) {
  const auto path = binary.kernel_path();
  const auto type = pmu_type("uprobe");
  if (!type) fail_attach(program, hook.via, hook.asked, EOPNOTSUPP, "the kernel has no uprobes");
  const auto semaphore_bit = pmu_format_bit("uprobe", "ref_ctr_offset");
  if (hook.semaphore_offset != 0 && !semaphore_bit) {
    fail_attach(program, hook.via, hook.asked, EOPNOTSUPP, "the kernel counts no semaphores (it does from Linux 4.20)");
  }
  // The kernel takes the bits from there on.
  const auto semaphore = hook.semaphore_offset == 0 ? 0 : hook.semaphore_offset << *semaphore_bit;
  if (hook.semaphore_offset != 0 && semaphore >> *semaphore_bit != hook.semaphore_offset) {
    fail_attach(program, hook.via, hook.asked, EOVERFLOW,
                fmt::format("the semaphore is too far into the file for the kernel, at {:#x}", hook.semaphore_offset));
  }

  perf_event_attr attributes = {};
  attributes.type = *type;
  if (hook.via == AttachVia::uretprobe) {
    attributes.config |= std::uint64_t{1} << pmu_format_bit("uprobe", "retprobe").value_or(0);
  }
  attributes.config |= semaphore;
  attributes.config1 = reinterpret_cast<std::uintptr_t>(path.c_str());
  attributes.config2 = offset;
  const bool everywhere = hook.pid <= 0;
  auto fd = open_perf_event(attributes, everywhere ? -1 : hook.pid, everywhere ? any_online_cpu() : -1);
  if (!fd) refuse(program, hook, errno);
  auto running = run_on_event(std::move(fd), program, hook.via, hook.asked, hook.cookie);
  return {std::make_unique<DescriptorsHolder>(std::move(running)), hook.via, program.name(),
          fmt::format("{}:{:#x}", name, offset)};
}

Link attach(const Program& program, const UprobeTarget& target, AttachVia via, const UprobeListener& listener) {
  const Hook hook{via, target.pid, target.semaphore_offset, 0, asked_for(target)};
  check_process(program, hook);
  const auto [place, binary] = resolve(program, via, target);
  if (listener) listener(place);
  return attach_at(program, binary, place.path, place.file_offset, hook);
}

}  // namespace

Link attach_uprobe(const Program& program, const UprobeTarget& target, const UprobeListener& listener) {
  return attach(program, target, AttachVia::uprobe, listener);
}

Link attach_uretprobe(const Program& program, const UprobeTarget& target, const UprobeListener& listener) {
  return attach(program, target, AttachVia::uretprobe, listener);
}

Link attach_usdt(const Program& program, const UsdtBinary& binary, const UsdtProbe& probe, const UsdtLocation& location,
                 int pid, std::uint64_t cookie) {
  const Hook hook{AttachVia::usdt, pid, location.semaphore_offset.value_or(0), cookie,
                  fmt::format("{} of {}", probe.short_name(), probe.bin_path)};
  check_process(program, hook);
  if (!location.semaphore_offset) {
    fail_attach(
        program, hook.via, hook.asked, EOPNOTSUPP,
        fmt::format("the semaphore at {:#x} is not in the file, where the kernel counts it", location.semaphore));
  }
  return attach_at(program, binary.binary, probe.bin_path, location.file_offset, hook);
}

}  // namespace bccxx::runtime
