#pragma once
// Redirect tables whose targets are network devices.

#include <bccxx/support/export.hpp>
#include <bccxx/support/network_device.hpp>
#include <bccxx/tables/detail/redirect_table.hpp>

#include <cstdint>

namespace bccxx::detail {

/// The kernel looks an interface index up in the network namespace of the thread that writes it. Given a device, so
/// do the functions here; given a bare number, the caller must be in the right namespace.
class BCCXX_API DeviceTable : public RedirectTable {
 public:
  /// Throws: SystemError, with ENODEV when this network namespace has no interface of that index, E2BIG when the
  ///         kernel refuses the key. An index that is another device's here is not noticed: give the device.
  void update(std::uint32_t key, std::uint32_t interface_index, Update how = Update::any) const;
  /// With a program that runs on departure. Throws: also TypeMismatch when the table was declared without room for one
  template <HasFd Program>
  void update(std::uint32_t key, std::uint32_t interface_index, const Program& program,
              Update how = Update::any) const {
    write_index(key, interface_index, static_cast<int>(program.fd()), how);
  }
  /// Looks the device up and writes it in its own network namespace.
  ///
  /// Throws:  NotFound, which names the namespace; SystemError
  /// Example: programs/xdp_redirect_map.cpp
  void update(std::uint32_t key, const NetworkDevice& device, Update how = Update::any) const;
  template <HasFd Program>
  void update(std::uint32_t key, const NetworkDevice& device, const Program& program, Update how = Update::any) const {
    write_device(key, device, static_cast<int>(program.fd()), how);
  }

 protected:
  using RedirectTable::RedirectTable;

 private:
  void write_index(std::uint32_t key, std::uint32_t interface_index, int program, Update how) const;
  void write_device(std::uint32_t key, const NetworkDevice& device, int program, Update how) const;
};

}  // namespace bccxx::detail
