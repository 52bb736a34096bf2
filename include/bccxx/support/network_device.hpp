#pragma once
// Network devices and the network namespaces they are in.

#include <bccxx/support/export.hpp>

#include <functional>
#include <string>

namespace bccxx {

/// A network device, by name, in a network namespace.
struct NetworkDevice {
  std::string name;
  /// A name under /var/run/netns, a path such as /proc/PID/ns/net, or empty for the caller's namespace.
  std::string network_namespace = {};
};

/// Runs `work` in a network namespace, on a thread of its own unless that is the caller's; the caller never moves.
/// Sockets opened by `work` belong to that namespace for good.
///
/// Throws:  SystemError when the namespace cannot be entered; whatever `work` throws
/// Example: tests/programs/facade/network_test.cpp
BCCXX_API void in_network_namespace(const std::string& name_or_path, const std::function<void()>& work);

/// The index of a device in its namespace.
///
/// Throws: NotFound, which names the namespace, SystemError when the namespace cannot be entered
[[nodiscard]] BCCXX_API unsigned device_index(const NetworkDevice& device);

}  // namespace bccxx
