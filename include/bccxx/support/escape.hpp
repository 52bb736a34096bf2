#pragma once
// Text that others wrote, made fit for a terminal.

#include <bccxx/support/export.hpp>

#include <string>
#include <string_view>

namespace bccxx {

/// Text with every control byte shown as `\xNN`.
[[nodiscard]] BCCXX_API std::string escape_control(std::string_view text);

}  // namespace bccxx
