// A tracepoint is a perf event whose config is the tracepoint's id.

#include "runtime/attach_tracepoint.hpp"

#include "runtime/attach_error.hpp"
#include "runtime/descriptors_holder.hpp"
#include "runtime/perf_event.hpp"
#include "runtime/tracepoints.hpp"
#include "support/system_call.hpp"

#include <cerrno>
#include <memory>

namespace bccxx::runtime {

Link attach_tracepoint(const Program& program, const std::string& event) {
  constexpr auto via = AttachVia::tracepoint;
  const auto colon = event.find(':');
  if (colon == std::string::npos) fail_attach(program, via, event, EINVAL, "the name is not category:event");
  const auto id = tracepoint_id(event.substr(0, colon), event.substr(colon + 1));
  if (!id) fail_attach(program, via, event, ENOENT, "no such tracepoint", did_you_mean(nearest_tracepoints(event)));

  perf_event_attr attributes = {};
  attributes.type = PERF_TYPE_TRACEPOINT;
  attributes.config = *id;
  // The program hangs on the tracepoint itself and runs on every CPU, whichever CPU the event is opened on.
  auto fd = open_perf_event(attributes, -1, any_online_cpu());
  if (!fd) {
    const int code = errno;
    fail_attach(program, via, event, code, "perf_event_open: " + support::error_code(code).message());
  }
  auto running = run_on_event(std::move(fd), program, via, event);
  return {std::make_unique<DescriptorsHolder>(std::move(running)), via, program.name(), event};
}

}  // namespace bccxx::runtime
