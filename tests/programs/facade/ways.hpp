#pragma once
// The hooks that a kprobe's text can run from on this kernel.

#include <bccxx/bpf.hpp>
#include <bccxx/runtime/features.hpp>

#include <unistd.h>

#include <string>
#include <vector>

namespace bccxx::test {

struct Way {
  AttachVia at_entry;
  AttachVia at_return;
};

/// Those of a system call, its tracepoint first.
inline std::vector<Way> ways_here() {
  std::vector<Way> ways = {{AttachVia::tracepoint, AttachVia::tracepoint}};
  if (has_feature(Feature::kprobe)) ways.push_back({AttachVia::kprobe, AttachVia::kretprobe});
  if (has_feature(Feature::fentry)) ways.push_back({AttachVia::fentry, AttachVia::fexit});
  return ways;
}

/// Gives the text MY_PID and attaches nothing by itself.
inline Options for_this_process() {
  return {.cflags = {"-DMY_PID=" + std::to_string(getpid())}, .auto_attach = AutoAttach::off};
}

}  // namespace bccxx::test
