// One attempt, one reason.

#include "runtime/attach_error.hpp"

#include "support/permissions.hpp"
#include "support/system_call.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>

namespace bccxx::runtime {
namespace {

support::Privilege privilege_of(AttachVia via) {
  switch (via) {
    case AttachVia::uprobe:
    case AttachVia::uretprobe:
    case AttachVia::usdt:
      return support::Privilege::uprobe;
    case AttachVia::xdp:
    case AttachVia::tc:
    case AttachVia::cgroup:
    case AttachVia::sockets:
    case AttachVia::descriptor:
      return support::Privilege::network;
    case AttachVia::raw_socket:
      return support::Privilege::packet_socket;
    default:
      return support::Privilege::tracing;
  }
}

}  // namespace

std::string permission_hint(AttachVia via, int code) {
  return support::is_refusal(code) ? support::explain_refusal(privilege_of(via)) : std::string();
}

void fail_attach(const Program& program, AttachVia via, const std::string& target, int code, std::string reason,
                 std::string hint) {
  const std::string way = to_string(via);
  if (hint.empty()) hint = permission_hint(via, code);
  throw AttachError(program.name(), way + " " + target,
                    {AttachAttempt{way, std::move(reason), support::error_code(code)}}, std::move(hint));
}

std::string did_you_mean(const std::vector<std::string>& nearest) {
  return nearest.empty() ? std::string() : fmt::format("did you mean {}?", fmt::join(nearest, " or "));
}

}  // namespace bccxx::runtime
