#pragma once
// From a request to an answer: chooses kernel headers, runs libbcc in a child, explains what it said.

#include "compiler/protocol.hpp"

namespace bccxx::worker {

/// Never throws for bad input: that is an answer too.
[[nodiscard]] compiler::Answer answer(const compiler::Request& request);

}  // namespace bccxx::worker
