#pragma once
// Functions of libbcc itself that look at the running machine; this process's own definitions take their place.

#include "compiler_worker/tracepoint_format.hpp"

#include <string>
#include <vector>

namespace bccxx::worker {

/// The tracepoints whose structs libbcc may ask for from now on.
void serve_tracepoints(std::vector<Tracepoint> tracepoints);

/// The headers libbcc puts before every text, and those of its own that this text includes; empty when this libbcc
/// does not show them.
[[nodiscard]] std::string own_headers(const std::string& text);

}  // namespace bccxx::worker
