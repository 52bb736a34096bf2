// One program on everything that a regular expression names.

#include <bccxx/bpf.hpp>

#include "facade/bpf_state.hpp"

#include <exception>
#include <set>

namespace bccxx {
namespace {

/// Attaches to each name; what cannot be attached to is told to the log.
///
/// Throws: NotFound where there is no name, the first failure where all failed
template <class Attach>
std::vector<Link*> attach_each(const BPF::State& state, const std::string& kind, const std::string& expression,
                               const std::vector<std::string>& names, const Attach& attach) {
  std::vector<Link*> attached;
  std::exception_ptr first;
  for (const auto& name : names) {
    try {
      attached.push_back(&attach(name));
    } catch (const AttachError& error) {
      if (!first) first = std::current_exception();
      state.log("left out: {}", error.what());
    }
  }
  if (!attached.empty()) return attached;
  if (first) std::rethrow_exception(first);
  throw NotFound(kind + " that matches", expression);
}

/// One name for each address: aliases would run the program twice.
std::vector<std::string> functions_once(const std::string& binary, const std::string& sym_re) {
  std::vector<std::string> names;
  std::set<std::uint64_t> seen;
  for (auto& [name, address] : BPF::get_user_functions_and_addresses(binary, sym_re)) {
    if (seen.insert(address).second) names.push_back(std::move(name));
  }
  return names;
}

}  // namespace

std::vector<Link*> BPF::attach_kprobes(const std::string& event_re, const std::string& program, KprobeOptions options) {
  return attach_each(*state_, "kernel function", event_re, get_kprobe_functions(event_re),
                     [&](const std::string& name) -> Link& { return attach_kprobe(name, program, options); });
}

std::vector<Link*> BPF::attach_kretprobes(const std::string& event_re, const std::string& program,
                                          KprobeOptions options) {
  return attach_each(*state_, "kernel function", event_re, get_kprobe_functions(event_re),
                     [&](const std::string& name) -> Link& { return attach_kretprobe(name, program, options); });
}

std::vector<Link*> BPF::attach_tracepoints(const std::string& tp_re, const std::string& program) {
  return attach_each(*state_, "tracepoint", tp_re, get_tracepoints(tp_re),
                     [&](const std::string& name) -> Link& { return attach_tracepoint(name, program); });
}

std::vector<Link*> BPF::attach_uprobes(const std::string& binary, const std::string& sym_re, const std::string& program,
                                       int pid) {
  const auto attach = [&](const std::string& name) -> Link& {
    return attach_uprobe({.binary = binary, .symbol = name, .pid = pid}, program);
  };
  return attach_each(*state_, "function of " + binary, sym_re, functions_once(binary, sym_re), attach);
}

std::vector<Link*> BPF::attach_uretprobes(const std::string& binary, const std::string& sym_re,
                                          const std::string& program, int pid) {
  const auto attach = [&](const std::string& name) -> Link& {
    return attach_uretprobe({.binary = binary, .symbol = name, .pid = pid}, program);
  };
  return attach_each(*state_, "function of " + binary, sym_re, functions_once(binary, sym_re), attach);
}

}  // namespace bccxx
