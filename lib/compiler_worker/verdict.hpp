#pragma once
// What came of a run of libbcc: an object, a mistake in the text, or a failure that is nobody's text.

#include "compiler/protocol.hpp"
#include "compiler_worker/diagnostics.hpp"
#include "compiler_worker/isolated_run.hpp"
#include "compiler_worker/map_calls.hpp"
#include "compiler_worker/tracepoint_format.hpp"

#include <vector>

namespace bccxx::worker {

/// The text as it was put before libbcc.
struct CompiledText {
  const compiler::Request& request;
  const CompletedText& completed;
  const std::vector<Tracepoint>& tracepoints;
  Places places;
};

[[nodiscard]] compiler::Answer judge(const CompiledText& text, const IsolatedResult& result);

/// Of two attempts that failed, what the user is told.
[[nodiscard]] compiler::Answer merge_failures(compiler::Answer with_btf, compiler::Answer with_kernel_headers);

}  // namespace bccxx::worker
