#pragma once
// Attaching by what a function is named.

#include <bccxx/bpf.hpp>

namespace bccxx::facade {

/// Attaches every function whose name says where it belongs, as bcc does.
void attach_named(BPF& bpf);

}  // namespace bccxx::facade
