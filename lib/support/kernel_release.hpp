#pragma once
// The running kernel's release, for messages.

#include <bccxx/support/export.hpp>

#include <string>

namespace bccxx::support {

/// For example "Linux 6.1.0-42-amd64".
[[nodiscard]] BCCXX_API std::string kernel_release();

}  // namespace bccxx::support
