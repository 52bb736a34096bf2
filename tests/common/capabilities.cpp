// capget(2) and capset(2), which have no wrappers in the C library.

#include "common/capabilities.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <cstddef>
#include <stdexcept>

namespace bccxx::testing {
namespace {

__user_cap_header_struct capability_header() { return {_LINUX_CAPABILITY_VERSION_3, 0}; }

void set_capabilities(std::array<__user_cap_data_struct, 2>& sets) {
  auto header = capability_header();
  if (::syscall(SYS_capset, &header, sets.data()) != 0) throw std::runtime_error("capset failed");
}

}  // namespace

WithoutCapabilities::WithoutCapabilities(std::initializer_list<int> capabilities) {
  auto header = capability_header();
  if (::syscall(SYS_capget, &header, before_.data()) != 0) throw std::runtime_error("capget failed");
  auto sets = before_;
  for (const int capability : capabilities) {
    sets.at(static_cast<std::size_t>(capability) / 32).effective &= ~(1U << (static_cast<unsigned>(capability) % 32));
  }
  set_capabilities(sets);
}

WithoutCapabilities::~WithoutCapabilities() { set_capabilities(before_); }

}  // namespace bccxx::testing
