// Attaching to everything but kprobes, and detaching by the name the user gave.

#include <bccxx/bpf.hpp>

#include "facade/bpf_state.hpp"
#include "runtime/attach_cgroup.hpp"
#include "runtime/attach_descriptor.hpp"
#include "runtime/attach_network.hpp"
#include "runtime/attach_perf_event.hpp"
#include "runtime/attach_raw_tracepoint.hpp"
#include "runtime/attach_socket.hpp"
#include "runtime/attach_tracepoint.hpp"
#include "runtime/attach_uprobe.hpp"
#include "runtime/function_refusal.hpp"

#include <fmt/format.h>

#include <linux/perf_event.h>

#include <exception>
#include <functional>
#include <iterator>
#include <list>

namespace bccxx {
namespace {

/// What detaching finds a uprobe by.
std::string event_of(const UprobeTarget& target) {
  return fmt::format("{}:{}:{:#x}:{}:{}", target.binary, target.symbol, target.address.value_or(0), target.offset,
                     target.pid);
}

/// What detaching finds an attachment to a device by.
std::string event_of(const NetworkDevice& device) {
  return device.network_namespace.empty() ? device.name : device.name + " in " + device.network_namespace;
}

std::string event_of(const TableBase& sockets, SocketHook hook) {
  return fmt::format("{}:{}", sockets.name(), static_cast<std::uint32_t>(hook));
}

std::string event_of_cgroup(const std::string& directory, std::uint32_t attach_type) {
  return fmt::format("{}:{}", directory, attach_type);
}

std::string event_of_descriptor(int descriptor, std::uint32_t attach_type) {
  return fmt::format("descriptor {}:{}", descriptor, attach_type);
}

std::string event_of_perf(std::uint32_t type, std::uint64_t config) { return fmt::format("{}:{}", type, config); }

/// Tells the log of a uprobe that does not go where the symbol is.
runtime::UprobeListener listener(const BPF::State& state) {
  return [&state](const UprobePlace& place) {
    if (!place.indirect) return;
    state.log("{} is an indirect function: its implementation is probed, at {}:{:#x}", place.symbol, place.path,
              place.file_offset);
  };
}

/// What bcc's macros put before the name of a function.
const char* prefix_of(AttachVia via) {
  switch (via) {
    case AttachVia::fentry:
      return "kfunc__";
    case AttachVia::fexit:
      return "kretfunc__";
    case AttachVia::fmod_ret:
      return "kmod_ret__";
    case AttachVia::lsm:
      return "lsm__";
    case AttachVia::iterator:
      return "bpf_iter__";
    default:
      return "";
  }
}

/// The function meant, with its macro's prefix or without.
std::string full_name(const object::Object& object, AttachVia via, const std::string& program) {
  auto with_prefix = prefix_of(via) + program;
  const bool known = object.find_program(program) != nullptr || object.find_program(with_prefix) == nullptr;
  return known ? program : with_prefix;
}

std::string event_of(const NetworkDevice& device, TcDirection direction) {
  return event_of(device) + (direction == TcDirection::ingress ? " ingress" : " egress");
}

}  // namespace

Link& BPF::attach_tracepoint(const std::string& event, const std::string& program) {
  const auto loaded = state_->module.load(program, {.type = ProgramType::tracepoint});
  return state_->keep(AttachVia::tracepoint, event, runtime::attach_tracepoint(*loaded, event));
}

Link& BPF::attach_raw_tracepoint(const std::string& event, const std::string& program) {
  const auto loaded = state_->module.load(program, {.type = ProgramType::raw_tracepoint});
  return state_->keep(AttachVia::raw_tracepoint, event, runtime::attach_raw_tracepoint(*loaded, event));
}

Link& BPF::attach_uprobe(const UprobeTarget& target, const std::string& program) {
  const auto loaded = state_->module.load(program, {.type = ProgramType::kprobe});
  return state_->keep(AttachVia::uprobe, event_of(target), runtime::attach_uprobe(*loaded, target, listener(*state_)));
}

Link& BPF::attach_uretprobe(const UprobeTarget& target, const std::string& program) {
  const auto loaded = state_->module.load(program, {.type = ProgramType::kprobe});
  return state_->keep(AttachVia::uretprobe, event_of(target),
                      runtime::attach_uretprobe(*loaded, target, listener(*state_)));
}

Link& BPF::attach_perf_event(std::uint32_t type, std::uint64_t config, const std::string& program,
                             const PerfSampling& how) {
  const auto loaded = state_->module.load(program, {.type = ProgramType::perf_event});
  return state_->keep(AttachVia::perf_event, event_of_perf(type, config),
                      runtime::attach_perf_event(*loaded, type, config, how));
}

Link& BPF::attach_perf_event_raw(const ::perf_event_attr& event, const std::string& program, int pid, int cpu,
                                 int group) {
  const auto loaded = state_->module.load(program, {.type = ProgramType::perf_event});
  return state_->keep(AttachVia::perf_event, event_of_perf(event.type, event.config),
                      runtime::attach_perf_event_raw(*loaded, event, pid, cpu, group));
}

Link& BPF::attach_named_target(AttachVia via, const std::string& program) {
  const auto name = full_name(object(), via, program);
  const auto* spec = object().find_program(name);
  if (spec != nullptr && !spec->target.empty() && via != AttachVia::iterator) {
    runtime::require_traced_target(name, via, spec->target);
  }
  const auto loaded = state_->module.load(name, {});
  const auto target = spec == nullptr ? name : spec->target;
  return state_->keep(via, target,
                      via == AttachVia::iterator ? runtime::attach_iterator(*loaded, target)
                                                 : runtime::attach_trampoline(*loaded, via, target));
}

Link& BPF::attach_kfunc(const std::string& program) { return attach_named_target(AttachVia::fentry, program); }
Link& BPF::attach_kretfunc(const std::string& program) { return attach_named_target(AttachVia::fexit, program); }
Link& BPF::attach_fmod_ret(const std::string& program) { return attach_named_target(AttachVia::fmod_ret, program); }
Link& BPF::attach_lsm(const std::string& program) { return attach_named_target(AttachVia::lsm, program); }
Link& BPF::attach_iter(const std::string& program) { return attach_named_target(AttachVia::iterator, program); }

Link& BPF::attach_xdp(const NetworkDevice& device, const std::string& program, XdpMode mode) {
  const auto loaded = state_->module.load(program, {.type = ProgramType::xdp});
  return state_->keep(AttachVia::xdp, event_of(device), runtime::attach_xdp(*loaded, device, mode));
}

Link& BPF::attach_tc(const NetworkDevice& device, TcDirection direction, const std::string& program) {
  const auto loaded = state_->module.load(program, {.type = ProgramType::sched_cls});
  return state_->keep(AttachVia::tc, event_of(device, direction), runtime::attach_tc(*loaded, device, direction));
}

Link& BPF::attach_raw_socket(const NetworkDevice& device, const std::string& program) {
  const auto loaded = state_->module.load(program, {.type = ProgramType::socket_filter});
  return state_->keep(AttachVia::raw_socket, event_of(device), runtime::attach_raw_socket(*loaded, device));
}

Link& BPF::attach_func(const std::string& program, const TableBase& sockets, SocketHook hook) {
  const auto type = hook == SocketHook::message_verdict ? ProgramType::sk_msg : ProgramType::sk_skb;
  const auto attach_type = static_cast<std::uint32_t>(hook);
  const auto loaded = state_->module.load(program, {.type = type, .expected_attach_type = attach_type});
  return state_->keep(AttachVia::sockets, event_of(sockets, hook), runtime::attach_sockets(*loaded, sockets, hook));
}

Link& BPF::attach_cgroup(const std::string& directory, std::uint32_t attach_type, const std::string& program,
                         ProgramType type) {
  const auto loaded = state_->module.load(program, {.type = type, .expected_attach_type = attach_type});
  return state_->keep(AttachVia::cgroup, event_of_cgroup(directory, attach_type),
                      runtime::attach_cgroup(*loaded, directory, attach_type));
}

Link& BPF::attach_func(const std::string& program, int descriptor, std::uint32_t attach_type, std::uint32_t flags,
                       ProgramType type) {
  const auto loaded = state_->module.load(program, {.type = type, .expected_attach_type = attach_type});
  return state_->keep(AttachVia::descriptor, event_of_descriptor(descriptor, attach_type),
                      runtime::attach_descriptor(*loaded, descriptor, attach_type, flags));
}

void BPF::detach_func(const std::string& program, int descriptor, std::uint32_t attach_type) {
  const auto event = event_of_descriptor(descriptor, attach_type);
  const auto matches = [&](const Attachment& a) {
    return a.asked == AttachVia::descriptor && a.event == event && a.link.program() == program;
  };
  if (detach_where(matches) == 0)
    throw NotFound("program attached to descriptor " + std::to_string(descriptor), program);
}

std::size_t BPF::detach_where(const std::function<bool(const Attachment&)>& matches) {
  auto& all = state_->attachments;
  std::list<Attachment> ended;
  for (auto it = all.begin(); it != all.end();) {
    const auto next = std::next(it);
    if (matches(*it)) ended.splice(ended.end(), all, it);
    it = next;
  }
  std::exception_ptr first;
  for (auto& attachment : ended) {
    try {
      attachment.link.detach();
    } catch (...) {
      if (!first) first = std::current_exception();
    }
  }
  if (first) std::rethrow_exception(first);
  return ended.size();
}

void BPF::detach(AttachVia asked, const std::string& event, const std::string& program) {
  const auto matches = [&](const Attachment& a) {
    return a.asked == asked && a.event == event && (program.empty() || a.link.program() == program);
  };
  if (detach_where(matches) != 0) return;
  throw NotFound(std::string("attached ") + to_string(asked), program.empty() ? event : event + " with " + program);
}

void BPF::detach_program(AttachVia asked, const std::string& program) {
  const auto name = full_name(object(), asked, program);
  const auto matches = [&](const Attachment& a) { return a.asked == asked && a.link.program() == name; };
  if (detach_where(matches) == 0) throw NotFound(std::string("attached ") + to_string(asked), program);
}

void BPF::detach_kfunc(const std::string& program) { detach_program(AttachVia::fentry, program); }
void BPF::detach_kretfunc(const std::string& program) { detach_program(AttachVia::fexit, program); }
void BPF::detach_fmod_ret(const std::string& program) { detach_program(AttachVia::fmod_ret, program); }
void BPF::detach_lsm(const std::string& program) { detach_program(AttachVia::lsm, program); }
void BPF::detach_perf_event(std::uint32_t type, std::uint64_t config) {
  detach(AttachVia::perf_event, event_of_perf(type, config));
}

void BPF::detach_func(const std::string& program, const TableBase& sockets, SocketHook hook) {
  const auto event = event_of(sockets, hook);
  const auto matches = [&](const Attachment& a) {
    return a.asked == AttachVia::sockets && a.event == event && a.link.program() == program;
  };
  if (detach_where(matches) == 0) throw NotFound("program attached to " + sockets.name(), program);
}

void BPF::detach_cgroup(const std::string& directory, std::uint32_t attach_type, const std::string& program) {
  const auto event = event_of_cgroup(directory, attach_type);
  const auto matches = [&](const Attachment& a) {
    return a.asked == AttachVia::cgroup && a.event == event && a.link.program() == program;
  };
  if (detach_where(matches) == 0) throw NotFound("program attached to " + directory, program);
}

void BPF::detach_kprobe(const std::string& function, const std::string& program) {
  detach(AttachVia::kprobe, function, program);
}
void BPF::detach_kretprobe(const std::string& function, const std::string& program) {
  detach(AttachVia::kretprobe, function, program);
}
void BPF::detach_tracepoint(const std::string& event) { detach(AttachVia::tracepoint, event); }
void BPF::detach_raw_tracepoint(const std::string& event) { detach(AttachVia::raw_tracepoint, event); }
void BPF::detach_uprobe(const UprobeTarget& target) { detach(AttachVia::uprobe, event_of(target)); }
void BPF::detach_uretprobe(const UprobeTarget& target) { detach(AttachVia::uretprobe, event_of(target)); }
void BPF::remove_xdp(const NetworkDevice& device) { detach(AttachVia::xdp, event_of(device)); }
void BPF::remove_tc(const NetworkDevice& device, TcDirection direction) {
  detach(AttachVia::tc, event_of(device, direction));
}

}  // namespace bccxx
