#pragma once
// Kernels that are known: a feature that they have and bccxx does not find fails the run.

namespace bccxx::testing {

/// Whether the kernel has what $BCCXX_REQUIRED_FEATURES names, if it names anything; says on stderr what is not found.
bool required_features_found();

}  // namespace bccxx::testing
