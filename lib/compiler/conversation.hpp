#pragma once
// One request put to a compiler process, and its answer or a WorkerError.

#include "compiler/protocol.hpp"

#include <bccxx/support/export.hpp>

namespace bccxx::compiler {

/// Runs `worker.path` for one request, within the worker's limits. Nothing of it is left when this returns.
///
/// Throws: WorkerError for everything but a well-formed answer of status `object` or `compile_error`
[[nodiscard]] BCCXX_API Answer converse(const Worker& worker, const Request& request);

}  // namespace bccxx::compiler
