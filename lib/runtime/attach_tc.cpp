// tc by tcx link, else as a direct-action filter on a clsact qdisc.

#include "runtime/attach_error.hpp"
#include "runtime/attach_network.hpp"
#include "runtime/clsact.hpp"
#include "runtime/descriptors_holder.hpp"
#include "support/network_namespace.hpp"
#include "support/system_call.hpp"

#include <bpf/bpf.h>

#include <cerrno>
#include <memory>
#include <utility>

namespace bccxx::runtime {
namespace {

constexpr auto via = AttachVia::tc;

int attach_tcx(int program_fd, unsigned index, TcDirection direction) {
  // enum bpf_attach_type of Linux 6.6; older uapi headers do not have them.
  constexpr int tcx_ingress = 46;
  constexpr int tcx_egress = 47;
  const int type = direction == TcDirection::ingress ? tcx_ingress : tcx_egress;
  return bpf_link_create(program_fd, static_cast<int>(index), static_cast<bpf_attach_type>(type), nullptr);
}

AttachAttempt attempt(const char* way, int code) {
  return {way, support::error_code(code).message(), support::error_code(code)};
}

}  // namespace

Link attach_tc(const Program& program, const NetworkDevice& device, TcDirection direction, TcWay way) {
  const auto where = support::network_namespace_text(device.network_namespace);
  const auto target = device.name + (direction == TcDirection::ingress ? " ingress" : " egress");
  unsigned index = 0;
  UniqueFd tcx;
  ClsactFilter clsact;
  std::vector<AttachAttempt> attempts;
  in_network_namespace(device.network_namespace, [&] {
    index = support::device_index_here(device.name);
    if (index == 0) return;
    if (way != TcWay::clsact) {
      const int result = attach_tcx(program.fd(), index, direction);
      if (result < 0) attempts.push_back(attempt("tcx link", -result));
      tcx.reset(result < 0 ? -1 : result);
    }
    if (!tcx && way != TcWay::tcx) {
      clsact = attach_clsact(program, index, direction);
      if (clsact.code < 0) attempts.push_back(attempt("clsact", -clsact.code));
    }
  });
  if (index == 0) {
    fail_attach(program, via, target + " in " + where, ENODEV, "there is no device " + device.name + " in " + where);
  }
  if (tcx) return {std::make_unique<DescriptorsHolder>(std::move(tcx)), via, program.name(), target};
  if (clsact.holder) return {std::move(clsact.holder), via, program.name(), target};
  auto hint = permission_hint(via, attempts.back().code.value());
  throw AttachError(program.name(), "tc " + target + " in " + where, std::move(attempts), std::move(hint));
}

}  // namespace bccxx::runtime
