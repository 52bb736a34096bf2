#pragma once
// How messages name a network namespace and a device in it.

#include <bccxx/support/export.hpp>
#include <bccxx/support/network_device.hpp>

#include <string>

namespace bccxx::support {

/// "network namespace a", or "this network namespace".
[[nodiscard]] BCCXX_API std::string network_namespace_text(const std::string& name_or_path);

/// The index of a device of the calling thread's namespace; 0 when there is none of that name.
[[nodiscard]] BCCXX_API unsigned device_index_here(const std::string& name) noexcept;

/// Why there is no such device: where it was looked for, and the nearest names there.
///
/// Throws: NotFound
[[noreturn]] BCCXX_API void fail_no_device(const NetworkDevice& device);

}  // namespace bccxx::support
