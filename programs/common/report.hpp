#pragma once
// What a program says about an exception.

#include <exception>
#include <string>
#include <string_view>

namespace programs {

enum class Detail { short_text, everything };

/// The message on standard error, one `program: message` line for each thing that went wrong; `everything` adds logs.
[[nodiscard]] std::string report(std::string_view program, const std::exception& error, Detail detail);

}  // namespace programs
