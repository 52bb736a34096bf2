// The kernel answers EINVAL for an index it does not know, as it does for other mistakes; told apart here.

#include <bccxx/tables/detail/device_table.hpp>

#include "support/network_namespace.hpp"
#include "support/system_call.hpp"

#include <bccxx/support/error.hpp>

#include <net/if.h>

#include <array>
#include <cerrno>
#include <string>

namespace bccxx::detail {

void DeviceTable::update(std::uint32_t key, std::uint32_t interface_index, Update how) const {
  write_index(key, interface_index, no_program, how);
}

void DeviceTable::update(std::uint32_t key, const NetworkDevice& device, Update how) const {
  write_device(key, device, no_program, how);
}

void DeviceTable::write_index(std::uint32_t key, std::uint32_t interface_index, int program, Update how) const {
  try {
    write(key, interface_index, program, how);
  } catch (const SystemError& error) {
    std::array<char, IF_NAMESIZE> name{};
    if (error.code() != std::errc::invalid_argument || ::if_indextoname(interface_index, name.data()) != nullptr) throw;
    throw SystemError(error.operation(), error.subject(), support::error_code(ENODEV),
                      "this network namespace has no interface " + std::to_string(interface_index));
  }
}

void DeviceTable::write_device(std::uint32_t key, const NetworkDevice& device, int program, Update how) const {
  unsigned index = 0;
  in_network_namespace(device.network_namespace, [&] {
    index = support::device_index_here(device.name);
    if (index != 0) write_index(key, index, program, how);
  });
  if (index == 0) support::fail_no_device(device);
}

}  // namespace bccxx::detail
