#pragma once
// The C text of a closure of types, by way of a small BTF that holds nothing else.

#include "compiler_worker/kernel_headers/type_closure.hpp"

#include <string>

namespace bccxx::worker {

/// The declarations of every type in `closure`, in an order in which they compile.
///
/// Throws: SystemError when libbpf refuses
[[nodiscard]] std::string write_types(const TypeClosure& closure);

}  // namespace bccxx::worker
