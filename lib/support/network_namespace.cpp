// setns(2) moves one thread; a thread that ends afterwards leaves the caller where it was, whatever happens.

#include "support/network_namespace.hpp"

#include "support/nearest_names.hpp"
#include "support/system_call.hpp"

#include <bccxx/support/unique_fd.hpp>

#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <exception>
#include <memory>
#include <thread>
#include <vector>

namespace bccxx {
namespace {

std::string path_of(const std::string& name_or_path) {
  return name_or_path.find('/') == std::string::npos ? "/var/run/netns/" + name_or_path : name_or_path;
}

std::vector<std::string> devices_here() {
  const std::unique_ptr<struct if_nameindex, decltype(&if_freenameindex)> list(if_nameindex(), &if_freenameindex);
  std::vector<std::string> names;
  for (const auto* device = list.get(); device != nullptr && device->if_name != nullptr; ++device) {
    names.emplace_back(device->if_name);
  }
  return names;
}

}  // namespace

void in_network_namespace(const std::string& name_or_path, const std::function<void()>& work) {
  if (name_or_path.empty()) {
    work();
    return;
  }
  const auto path = path_of(name_or_path);
  const UniqueFd target(support::check(::open(path.c_str(), O_RDONLY | O_CLOEXEC), "open network namespace", path));
  std::exception_ptr failure;
  std::thread mover([&] {
    try {
      support::check(::setns(target.get(), CLONE_NEWNET), "enter network namespace", path);
      work();
    } catch (...) {
      failure = std::current_exception();
    }
  });
  mover.join();
  if (failure) std::rethrow_exception(failure);
}

unsigned device_index(const NetworkDevice& device) {
  unsigned index = 0;
  in_network_namespace(device.network_namespace, [&] { index = support::device_index_here(device.name); });
  if (index == 0) support::fail_no_device(device);
  return index;
}

namespace support {

std::string network_namespace_text(const std::string& name_or_path) {
  return name_or_path.empty() ? "this network namespace" : "network namespace " + name_or_path;
}

unsigned device_index_here(const std::string& name) noexcept { return ::if_nametoindex(name.c_str()); }

void fail_no_device(const NetworkDevice& device) {
  std::vector<std::string> nearest;
  in_network_namespace(device.network_namespace, [&] { nearest = nearest_names(device.name, devices_here()); });
  throw NotFound("network device", device.name + " in " + network_namespace_text(device.network_namespace), nearest);
}

}  // namespace support
}  // namespace bccxx
