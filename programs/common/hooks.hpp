#pragma once
// The place a program was written for, else an equivalent one: which of them a kernel has is known when it runs.

#include <bccxx/bpf.hpp>

#include <string>
#include <vector>

#include "program.hpp"

namespace programs {

/// A function of a BPF text and where it can run.
struct Hook {
  bccxx::AttachVia via = bccxx::AttachVia::kprobe;  ///< kprobe or tracepoint
  std::string event{};                              ///< the kernel function, or category:name
  std::string function{};                           ///< of the BPF text
};

/// Attaches the first of the hooks that this kernel has, and notes which when it is not the first.
///
/// Throws: AttachError with everything tried; whatever else a hook throws
bccxx::Link& attach_first(bccxx::BPF& bpf, const Program& program, const std::vector<Hook>& hooks);

}  // namespace programs
