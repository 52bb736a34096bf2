// Tables of prefixes; the first that fits counts.

#include "object/section_names.hpp"

#include <array>
#include <string_view>

namespace bccxx::object {
namespace {

struct Kind {
  ProbeKind probe;
  std::string_view word;
  std::string_view function_prefix;
  std::string_view section;
};

constexpr std::array<Kind, 9> kinds = {{
    {ProbeKind::kprobe, "kprobe", "kprobe__", "kprobe"},
    {ProbeKind::kretprobe, "kretprobe", "kretprobe__", "kretprobe"},
    {ProbeKind::raw_tracepoint, "raw_tracepoint", "raw_tracepoint__", "raw_tracepoint"},
    {ProbeKind::tracepoint, "tracepoint", "tracepoint__", "tracepoint"},
    {ProbeKind::fentry, "fentry", "kfunc__", "fentry"},
    {ProbeKind::fexit, "fexit", "kretfunc__", "fexit"},
    {ProbeKind::fmod_ret, "fmod_ret", "kmod_ret__", "fmod_ret"},
    {ProbeKind::lsm, "lsm", "lsm__", "lsm"},
    {ProbeKind::iterator, "iterator", "bpf_iter__", "iter"},
}};

constexpr std::array<std::pair<std::string_view, std::string_view>, 16> context_sections = {{
    {"pt_regs", "kprobe"},
    {"xdp_md", "xdp"},
    {"__sk_buff", "tc"},
    {"bpf_perf_event_data", "perf_event"},
    {"bpf_raw_tracepoint_args", "raw_tracepoint"},
    {"bpf_sock", "cgroup/sock_create"},
    {"bpf_sock_addr", "cgroup/connect4"},
    {"bpf_sock_ops", "sockops"},
    {"bpf_cgroup_dev_ctx", "cgroup/dev"},
    {"bpf_sysctl", "cgroup/sysctl"},
    {"bpf_sockopt", "cgroup/getsockopt"},
    {"sk_msg_md", "sk_msg"},
    {"sk_reuseport_md", "sk_reuseport"},
    {"bpf_sk_lookup", "sk_lookup"},
    {"unsigned long long", "raw_tracepoint"},
    {"", "kprobe"},
}};

bool starts_with(std::string_view text, std::string_view prefix) { return text.substr(0, prefix.size()) == prefix; }

/// bcc glues category and event with two underscores, of which either may contain more.
ProbeHint tracepoint_hint(std::string_view rest) {
  const auto at = rest.find("__");
  if (at == std::string_view::npos || at == 0 || at + 2 == rest.size()) return {};
  return {ProbeKind::tracepoint, std::string(rest.substr(0, at)) + ":" + std::string(rest.substr(at + 2))};
}

}  // namespace

ProbeHint hint_from_function(const std::string& name) {
  for (const auto& kind : kinds) {
    if (!starts_with(name, kind.function_prefix)) continue;
    auto rest = std::string_view(name).substr(kind.function_prefix.size());
    if (rest.empty()) return {};
    if (kind.probe == ProbeKind::tracepoint) return tracepoint_hint(rest);
    // Later versions of bcc put the module in between.
    if (const bool traced = kind.probe == ProbeKind::fentry || kind.probe == ProbeKind::fexit; traced) {
      if (starts_with(rest, "vmlinux__")) rest.remove_prefix(std::string_view("vmlinux__").size());
    }
    return {kind.probe, std::string(rest)};
  }
  return {};
}

ProbeHint hint_from_section(const std::string& section) {
  const auto slash = section.find('/');
  if (slash == std::string::npos || slash + 1 == section.size()) return {};
  std::string_view head = std::string_view(section).substr(0, slash);
  std::string target = section.substr(slash + 1);
  if (head == "tp") head = "tracepoint";
  if (head == "raw_tp") head = "raw_tracepoint";
  for (const auto& kind : kinds) {
    if (head != kind.section) continue;
    if (kind.probe == ProbeKind::tracepoint) {
      const auto middle = target.find('/');
      if (middle == std::string::npos) return {};
      target[middle] = ':';
    }
    return {kind.probe, target};
  }
  return {};
}

std::string section_for(const ProbeHint& hint, const std::string& context) {
  for (const auto& kind : kinds) {
    if (hint.probe != kind.probe) continue;
    std::string target = hint.target;
    if (const auto colon = target.find(':'); kind.probe == ProbeKind::tracepoint && colon != std::string::npos) {
      target[colon] = '/';
    }
    return std::string(kind.section) + "/" + target;
  }
  for (const auto& [type, section] : context_sections) {
    if (context == type) return std::string(section);
  }
  if (const auto tracepoint = hint_from_function(context); tracepoint.probe == ProbeKind::tracepoint) {
    return section_for(tracepoint, {});
  }
  // A struct the text defines itself is how bcc's texts take a tracepoint's record.
  return "tracepoint";
}

const char* to_string(ProbeKind probe) noexcept {
  for (const auto& kind : kinds) {
    if (probe == kind.probe) return kind.word.data();
  }
  return "none";
}

ProbeKind probe_kind(const std::string& word) noexcept {
  for (const auto& kind : kinds) {
    if (word == kind.word) return kind.probe;
  }
  return ProbeKind::none;
}

}  // namespace bccxx::object
