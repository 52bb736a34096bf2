// rtnetlink by hand: libbpf's functions take memory, which the copy of a process with threads must not.

#include "runtime/tc_filter.hpp"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/netlink.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <initializer_list>

namespace bccxx::runtime {
namespace {

constexpr std::uint32_t ingress = TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS);
constexpr std::uint32_t egress = TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_EGRESS);

struct Request {
  nlmsghdr header = {};
  tcmsg message = {};
  rtattr kind = {};
  char kind_name[8] = {};
};

Request request(std::uint16_t type, std::uint16_t flags, int device, std::uint32_t parent, const char* kind) {
  Request made;
  std::size_t size = NLMSG_LENGTH(sizeof(tcmsg));
  if (kind != nullptr) {
    const auto length = std::strlen(kind) + 1;
    std::memcpy(made.kind_name, kind, length);
    made.kind.rta_type = TCA_KIND;
    made.kind.rta_len = static_cast<std::uint16_t>(RTA_LENGTH(length));
    size += RTA_SPACE(length);
  }
  made.header.nlmsg_len = static_cast<std::uint32_t>(size);
  made.header.nlmsg_type = type;
  made.header.nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | flags);
  made.message.tcm_family = AF_UNSPEC;
  made.message.tcm_ifindex = device;
  made.message.tcm_parent = parent;
  return made;
}

/// Sends a request and gives each message of the answer to `take` until the last one.
///
/// Returns: 0 or an errno
template <class Take>
int exchange(int socket, Request& wanted, const Take& take) {
  // What is left of an answer that a killed process did not read to the end has another number.
  static std::uint32_t number = 0;
  wanted.header.nlmsg_seq = static_cast<std::uint32_t>(::syscall(SYS_getpid)) * 16U + ++number;
  if (::syscall(SYS_sendto, socket, &wanted, wanted.header.nlmsg_len, 0, nullptr, 0) < 0) return errno;
  alignas(nlmsghdr) char buffer[16384];
  for (;;) {
    const auto size = ::syscall(SYS_recvfrom, socket, buffer, sizeof buffer, 0, nullptr, nullptr);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return errno;
    auto left = static_cast<std::uint32_t>(size);
    for (const auto* header = reinterpret_cast<const nlmsghdr*>(buffer); NLMSG_OK(header, left);
         header = NLMSG_NEXT(header, left)) {
      if (header->nlmsg_seq != wanted.header.nlmsg_seq) continue;
      if (header->nlmsg_type == NLMSG_DONE) return 0;
      if (header->nlmsg_type == NLMSG_ERROR) return -static_cast<const nlmsgerr*>(NLMSG_DATA(header))->error;
      take(*header);
    }
  }
}

/// The attribute of that type in a run of attributes; null when there is none.
const rtattr* find(const rtattr* attribute, std::size_t size, unsigned type) {
  for (auto left = static_cast<int>(size); RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left)) {
    if ((attribute->rta_type & NLA_TYPE_MASK) == type) return attribute;
  }
  return nullptr;
}

/// The id of the program of a filter; 0 when it has none.
std::uint32_t program_of(const nlmsghdr& header) {
  const auto* message = static_cast<const tcmsg*>(NLMSG_DATA(&header));
  const auto* options = find(TCA_RTA(message), TCA_PAYLOAD(&header), TCA_OPTIONS);
  if (options == nullptr) return 0;
  const auto* id = find(static_cast<const rtattr*>(RTA_DATA(options)), RTA_PAYLOAD(options), TCA_BPF_ID);
  std::uint32_t value = 0;
  if (id != nullptr && RTA_PAYLOAD(id) == sizeof value) std::memcpy(&value, RTA_DATA(id), sizeof value);
  return value;
}

/// Gives every filter of one side to `take`; classifiers without one have the handle 0.
template <class Take>
int each_filter(int socket, int device, std::uint32_t parent, const Take& take) {
  auto dump = request(RTM_GETTFILTER, NLM_F_DUMP, device, parent, nullptr);
  return exchange(socket, dump, [&take](const nlmsghdr& header) {
    if (header.nlmsg_type == RTM_NEWTFILTER) take(header, *static_cast<const tcmsg*>(NLMSG_DATA(&header)));
  });
}

int remove_filter(int socket, const TcFilter& filter) {
  std::uint32_t handle = 0;
  std::uint32_t priority = 0;
  each_filter(socket, filter.device, filter.parent, [&](const nlmsghdr& header, const tcmsg& message) {
    if (message.tcm_handle == 0 || program_of(header) != filter.program_id) return;
    const bool same = message.tcm_handle == filter.handle && TC_H_MAJ(message.tcm_info) >> 16U == filter.priority;
    if (filter.handle != 0 && !same) return;
    handle = message.tcm_handle;
    priority = TC_H_MAJ(message.tcm_info) >> 16U;
  });
  // The device has gone, or somebody else removed or replaced the filter.
  if (handle == 0) return 0;
  auto removal = request(RTM_DELTFILTER, NLM_F_ACK, filter.device, filter.parent, "bpf");
  removal.message.tcm_handle = handle;
  removal.message.tcm_info = TC_H_MAKE(priority << 16U, htons(ETH_P_ALL));
  return exchange(socket, removal, [](const nlmsghdr&) {});
}

Request qdisc_request(std::uint16_t type, std::uint16_t flags, int device) {
  auto made = request(type, flags, device, TC_H_CLSACT, "clsact");
  made.message.tcm_handle = TC_H_MAKE(TC_H_CLSACT, 0);
  return made;
}

void remove_empty_qdisc(int socket, int device) {
  for (const auto parent : {ingress, egress}) {
    bool any = false;
    const int code = each_filter(socket, device, parent, [&any](const nlmsghdr&, const tcmsg&) { any = true; });
    if (any || code != 0) return;
  }
  auto removal = qdisc_request(RTM_DELQDISC, NLM_F_ACK, device);
  exchange(socket, removal, [](const nlmsghdr&) {});
}

}  // namespace

int make_clsact(int netlink_socket, int device) noexcept {
  auto creation = qdisc_request(RTM_NEWQDISC, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, device);
  return exchange(netlink_socket, creation, [](const nlmsghdr&) {});
}

int remove_tc_filter(int netlink_socket, const TcFilter& filter) noexcept {
  const int result = filter.program_id == 0 ? 0 : remove_filter(netlink_socket, filter);
  if (filter.own_qdisc) remove_empty_qdisc(netlink_socket, filter.device);
  return result;
}

}  // namespace bccxx::runtime
