#pragma once
// What the running kernel really does, found out by trying.

#include <bccxx/support/export.hpp>

#include <string>
#include <system_error>

namespace bccxx {

enum class Feature {
  kprobe,
  fentry,  ///< fentry and fexit
  fmod_ret,
  lsm,
  raw_tracepoint,
  btf_raw_tracepoint,
  uprobe,
  perf_event_link,  ///< attachments to perf events as bpf_link, and their cookies
  ring_buffer,
  batch_operations,  ///< reading and writing many entries of a map by one call
};

/// The name as it appears in messages, for example "fentry".
[[nodiscard]] BCCXX_API const char* to_string(Feature feature) noexcept;

struct FeatureState {
  bool available = false;
  std::string reason{};    ///< why not, for a message; empty when available
  std::error_code code{};  ///< what the kernel said, EOPNOTSUPP where it was not even built; 0 when available
};

/// Tries a feature on the running kernel: loads a program of two instructions, attaches it, or makes a map.
/// Versions and configurations are not asked, because policies refuse what they promise.
///
/// The answer is kept for the process, unless a privilege or a moment's lack of memory or descriptors may have made it:
/// such a refusal is tried again each time. A trial costs up to 0.1 s, for features that need BTF.
/// Threads: safe
/// Source:  bcc support_kfunc, support_lsm, support_raw_tracepoint, which look at names instead
[[nodiscard]] BCCXX_API FeatureState probe_feature(Feature feature);

/// Whether probe_feature(feature) found it available.
[[nodiscard]] inline bool has_feature(Feature feature) { return probe_feature(feature).available; }

}  // namespace bccxx
