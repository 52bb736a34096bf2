// XDP through bpf_link.

#include "runtime/attach_error.hpp"
#include "runtime/attach_network.hpp"
#include "runtime/descriptors_holder.hpp"
#include "support/network_namespace.hpp"
#include "support/system_call.hpp"

#include <bpf/bpf.h>
#include <linux/if_link.h>

#include <cerrno>
#include <memory>

namespace bccxx::runtime {
namespace {

constexpr auto via = AttachVia::xdp;

std::uint32_t mode_flags(XdpMode mode) {
  if (mode == XdpMode::native) return XDP_FLAGS_DRV_MODE;
  if (mode == XdpMode::generic) return XDP_FLAGS_SKB_MODE;
  return 0;
}

std::string reason_of(int code) {
  if (code == EBUSY || code == EEXIST) return "another XDP program is attached to the device";
  if (code == EOPNOTSUPP) return "the device has no XDP in this mode";
  return support::error_code(code).message();
}

}  // namespace

Link attach_xdp(const Program& program, const NetworkDevice& device, XdpMode mode) {
  const auto where = support::network_namespace_text(device.network_namespace);
  const auto target = device.name + " in " + where;
  int result = 0;
  unsigned index = 0;
  in_network_namespace(device.network_namespace, [&] {
    index = support::device_index_here(device.name);
    if (index == 0) return;
    bpf_link_create_opts options = {};
    options.sz = sizeof(options);
    options.flags = mode_flags(mode);
    result = bpf_link_create(program.fd(), static_cast<int>(index), BPF_XDP, &options);
  });
  if (index == 0) fail_attach(program, via, target, ENODEV, "there is no device " + device.name + " in " + where);
  if (result < 0) fail_attach(program, via, target, -result, reason_of(-result));
  return {std::make_unique<DescriptorsHolder>(UniqueFd(result)), via, program.name(), device.name};
}

}  // namespace bccxx::runtime
