// BPF_RAW_TRACEPOINT_OPEN, which makes a link by itself.

#include "runtime/attach_raw_tracepoint.hpp"

#include "runtime/attach_error.hpp"
#include "runtime/descriptors_holder.hpp"
#include "runtime/function_refusal.hpp"
#include "runtime/tracepoints.hpp"
#include "support/nearest_names.hpp"
#include "support/system_call.hpp"

#include <bpf/bpf.h>

#include <cerrno>
#include <memory>

namespace bccxx::runtime {
namespace {

/// The nearest events of any category, without it; nothing where tracefs is not mounted.
std::vector<std::string> nearest_events(const std::string& wanted) {
  std::vector<std::string> names;
  try {
    for (const auto& name : tracepoints()) names.push_back(name.substr(name.find(':') + 1));
  } catch (const SystemError&) {
    return {};
  }
  return support::nearest_names(wanted, names);
}

}  // namespace

Link attach_raw_tracepoint(const Program& program, const std::string& event) {
  constexpr auto via = AttachVia::raw_tracepoint;
  UniqueFd link(bpf_raw_tracepoint_open(event.c_str(), program.fd()));
  if (link) return {std::make_unique<DescriptorsHolder>(std::move(link)), via, program.name(), event};
  const int code = -link.get();
  if (code == ENOENT) {
    fail_attach(program, via, event, code, "no such raw tracepoint", did_you_mean(nearest_events(event)));
  }
  fail_attach(program, via, event, code, support::error_code(code).message());
}

Link attach_trampoline(const Program& program, AttachVia via, const std::string& target) {
  UniqueFd link(bpf_raw_tracepoint_open(nullptr, program.fd()));
  if (link) return {std::make_unique<DescriptorsHolder>(std::move(link)), via, program.name(), target};
  const int code = -link.get();
  // The hook of an LSM program is no function that can be asked for.
  const bool of_function = via == AttachVia::fentry || via == AttachVia::fexit || via == AttachVia::fmod_ret;
  if (of_function) refuse_function(program, via, target, target, code, "BPF_RAW_TRACEPOINT_OPEN");
  fail_attach(program, via, target, code, "BPF_RAW_TRACEPOINT_OPEN: " + support::error_code(code).message());
}

}  // namespace bccxx::runtime
