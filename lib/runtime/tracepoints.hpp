#pragma once
// The tracepoints tracefs lists.

#include <bccxx/support/export.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace bccxx::runtime {

/// All tracepoints as "category:event", sorted.
///
/// Throws: SystemError when tracefs is not mounted or cannot be read
[[nodiscard]] BCCXX_API std::vector<std::string> tracepoints();

/// The tracepoints whose "category:event" begins with a match of the regular expression.
///
/// Throws: std::regex_error for a bad expression, SystemError as tracepoints()
/// Source: bcc get_tracepoints, which matches from the start and not to the end
[[nodiscard]] BCCXX_API std::vector<std::string> get_tracepoints(const std::string& expression);

/// Throws: SystemError when tracefs is not mounted or cannot be read
[[nodiscard]] BCCXX_API bool tracepoint_exists(const std::string& category, const std::string& event);

/// The id perf events know a tracepoint by; nullopt when there is no such tracepoint.
///
/// Throws: SystemError when tracefs is not mounted or cannot be read
[[nodiscard]] BCCXX_API std::optional<std::uint64_t> tracepoint_id(const std::string& category,
                                                                   const std::string& event);

/// At most three existing tracepoints that look like the wanted one.
[[nodiscard]] BCCXX_API std::vector<std::string> nearest_tracepoints(const std::string& wanted);

}  // namespace bccxx::runtime
