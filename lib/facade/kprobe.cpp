// A kprobe where the kernel has them, else the same text run from a tracepoint or a BTF trampoline.

#include "facade/bpf_state.hpp"
#include "runtime/attach_kprobe.hpp"
#include "runtime/attach_raw_tracepoint.hpp"
#include "runtime/attach_tracepoint.hpp"
#include "runtime/function_refusal.hpp"
#include "runtime/kernel_btf.hpp"
#include "runtime/program_loader.hpp"
#include "runtime/syscall_names.hpp"

#include <bccxx/runtime/features.hpp>

#include <bpf/bpf.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

namespace bccxx {
namespace {

using runtime::ProgramLoad;

/// One attach in progress: what was asked, and what has failed so far.
struct Probe {
  std::string function;
  std::string program;
  bool at_return = false;
  std::uint64_t offset = 0;
  int maxactive = 0;
  std::vector<AttachAttempt> attempts = {};
  /// The verifier's word on the text in a substitute hook.
  std::exception_ptr refused_text = {};
};

/// The program compiled against the registers of a substitute hook, loaded for it.
///
/// Throws: CompileError when the program reads a register the substitute lacks
std::shared_ptr<const Program> load_variant(BPF::State& state, const std::string& program,
                                            compiler::Registers registers, int fexit_arguments,
                                            const ProgramLoad& how) {
  const auto& variant = state.variant(registers, fexit_arguments);
  const auto* spec = variant.find_program(program);
  if (spec != nullptr && !spec->missing_registers.empty()) throw CompileError(spec->missing_registers, {});
  return state.module.load(program, how, &variant);
}

[[noreturn]] void not_possible(const Probe& probe, std::string reason,
                               std::error_code code = std::make_error_code(std::errc::not_supported)) {
  throw AttachError(probe.program, probe.function, {{{}, std::move(reason), code}});
}

Link via_kprobe(BPF::State& state, const Probe& probe) {
  const auto program = state.module.load(probe.program, {.type = ProgramType::kprobe});
  return probe.at_return ? runtime::attach_kretprobe(*program, probe.function, probe.maxactive)
                         : runtime::attach_kprobe(*program, probe.function, probe.offset);
}

void refuse_offset(const Probe& probe) {
  if (probe.offset != 0) not_possible(probe, "only a real kprobe can be put inside a function");
}

Link via_tracepoint(BPF::State& state, const Probe& probe) {
  refuse_offset(probe);
  const auto syscall = runtime::syscall_of(probe.function);
  if (!syscall) not_possible(probe, "only system calls have tracepoints of their own");
  const auto events = runtime::syscall_tracepoints(*syscall);
  if (!events) not_possible(probe, "the kernel has no tracepoints for the system call " + *syscall);
  const auto registers = probe.at_return ? compiler::Registers::syscall_exit : compiler::Registers::syscall_enter;
  return runtime::attach_tracepoint(
      *load_variant(state, probe.program, registers, 0, {.type = ProgramType::tracepoint}),
      probe.at_return ? events->exit : events->enter);
}

/// The number in "func 'vfs_read' doesn't have 5-th argument", which the verifier counts from 1.
std::optional<int> argument_too_many(const std::string& log) {
  const auto at = log.find(" doesn't have ");
  if (at == std::string::npos) return std::nullopt;
  const int number = std::atoi(log.c_str() + at + std::strlen(" doesn't have "));
  return number > 0 ? std::optional(number) : std::nullopt;
}

Link via_trampoline(BPF::State& state, const Probe& probe) {
  refuse_offset(probe);
  const auto via = probe.at_return ? AttachVia::fexit : AttachVia::fentry;
  const auto fentry = probe_feature(Feature::fentry);
  if (!fentry.available) not_possible(probe, fentry.reason, fentry.code);
  const auto slots = runtime::function_argument_slots(probe.function);
  if (!slots) {
    const auto refusal = runtime::explain_without_btf(probe.function, via);
    not_possible(probe, runtime::to_text(refusal), {refusal.code, std::generic_category()});
  }
  const ProgramLoad how = {.type = ProgramType::tracing,
                           .expected_attach_type = probe.at_return ? BPF_TRACE_FEXIT : BPF_TRACE_FENTRY,
                           .attach_target = probe.function};
  const auto registers = probe.at_return ? compiler::Registers::fexit : compiler::Registers::fentry;
  try {
    const auto program = load_variant(state, probe.program, registers, probe.at_return ? *slots : 0, how);
    return runtime::attach_trampoline(*program, via, probe.function);
  } catch (const VerifierError& error) {
    const auto number = argument_too_many(error.log());
    if (!number) throw;
    not_possible(probe,
                 fmt::format("{} reads argument {}, which {} does not have", probe.program, *number, probe.function));
  }
}

struct Way {
  AttachVia via;
  Link (*attach)(BPF::State&, const Probe&);
};

constexpr Way ways_at_entry[] = {
    {AttachVia::kprobe, via_kprobe}, {AttachVia::tracepoint, via_tracepoint}, {AttachVia::fentry, via_trampoline}};
constexpr Way ways_at_return[] = {
    {AttachVia::kretprobe, via_kprobe}, {AttachVia::tracepoint, via_tracepoint}, {AttachVia::fexit, via_trampoline}};

/// Tries one way; that it is not there is noted, a text that does not load is thrown. So is, for a way that was
/// forced, a text that reads a register which that way lacks. What a substitute says to the text is noted too: it was
/// not written for it.
std::optional<Link> attempt(BPF::State& state, Probe& probe, const Way& way, bool forced, bool substitute) {
  const auto note = [&](const std::string& reason, std::error_code code) {
    probe.attempts.push_back({to_string(way.via), reason, code});
  };
  try {
    return way.attach(state, probe);
  } catch (const AttachError& error) {
    for (const auto& each : error.attempts()) {
      note(each.reason + (error.hint().empty() ? "" : " (" + error.hint() + ")"), each.code);
    }
  } catch (const CompileError& error) {
    if (forced) throw;
    note(error.what(), std::make_error_code(std::errc::not_supported));
  } catch (const VerifierError& error) {
    if (forced || !substitute) throw;
    note(error.what(), error.code());
    probe.refused_text = std::current_exception();
  } catch (const LoadError& error) {
    const bool privilege =
        error.code() == std::errc::operation_not_permitted || error.code() == std::errc::permission_denied;
    if (forced || (!substitute && !privilege)) throw;
    note(error.what(), error.code());
  } catch (const SystemError& error) {
    note(error.what(), error.code());
  } catch (const NotSupported& error) {
    note(error.what(), std::make_error_code(std::errc::not_supported));
  }
  return std::nullopt;
}

/// That there are no kprobes is not the matter where there is no such function either.
void say_if_absent(Probe& probe) {
  auto& first = probe.attempts.front();
  const auto via = probe.at_return ? AttachVia::kretprobe : AttachVia::kprobe;
  const auto refusal = runtime::explain_function_refusal(probe.function, first.code.value(), via, {});
  if (refusal.code != ENOENT) return;
  first.reason = runtime::to_text(refusal);
  first.code = std::make_error_code(std::errc::no_such_file_or_directory);
}

Link attach_function(BPF::State& state, Probe probe, AttachVia wanted) {
  runtime::require_program(state.module.object(), probe.program);
  const auto ways = probe.at_return ? std::span(ways_at_return) : std::span(ways_at_entry);
  const auto& real = ways.front();
  const bool forced = wanted != AttachVia::automatic;
  const auto kprobes = forced ? FeatureState{true} : probe_feature(Feature::kprobe);
  if (!kprobes.available) probe.attempts.push_back({to_string(real.via), kprobes.reason, kprobes.code});
  for (const auto& way : ways.subspan(kprobes.available ? 0 : 1)) {
    if (forced && wanted != way.via) continue;
    if (auto link = attempt(state, probe, way, forced, way.via != real.via)) {
      if (link->via() != real.via) {
        state.log("{} runs from {} {} instead of a {}", probe.program, to_string(link->via()), link->target(),
                  to_string(real.via));
      }
      return std::move(*link);
    }
  }
  if (probe.attempts.empty()) {
    not_possible(probe, std::string("a ") + to_string(real.via) + " cannot run from " + to_string(wanted));
  }
  if (!kprobes.available) say_if_absent(probe);
  // Without kprobes a substitute is what there is, and what the verifier says of the text there is the matter.
  if (!kprobes.available && probe.refused_text) std::rethrow_exception(probe.refused_text);
  throw AttachError(probe.program, probe.function, std::move(probe.attempts));
}

}  // namespace

object::Object BPF::State::compile_again(const compiler::Request& wanted, const char* what_for) const {
  if (wanted.text.empty()) {
    throw NotSupported(what_for, "the program's text, which bccxx-cc puts into its objects", "an object without it");
  }
  auto result = compiler::compile(wanted, options.worker, options.cache);
  result.log.clear();  // the warnings of this text have been told
  tell(result, options);
  return std::move(result.object);
}

const object::Object& BPF::State::variant(compiler::Registers registers, int fexit_arguments) {
  const auto key = std::pair(registers, fexit_arguments);
  if (const auto found = variants.find(key); found != variants.end()) return found->second;
  auto wanted = request;
  wanted.registers = registers;
  wanted.fexit_arguments = fexit_arguments;
  return variants.emplace(key, compile_again(wanted, "running a kprobe from another hook")).first->second;
}

Link& BPF::attach_kprobe(const std::string& function, const std::string& program, KprobeOptions options) {
  if (options.maxactive != 0) throw std::invalid_argument("maxactive is for return probes");
  Probe probe{runtime::fix_syscall_fnname(function), program, false, options.offset};
  return state_->keep(AttachVia::kprobe, function, attach_function(*state_, std::move(probe), options.via));
}

Link& BPF::attach_kretprobe(const std::string& function, const std::string& program, KprobeOptions options) {
  if (options.offset != 0) throw std::invalid_argument("a return probe has no offset");
  if (options.maxactive < 0 || options.maxactive > 4096) throw std::invalid_argument("maxactive is 0 to 4096");
  Probe probe{runtime::fix_syscall_fnname(function), program, true, 0, options.maxactive};
  return state_->keep(AttachVia::kretprobe, function, attach_function(*state_, std::move(probe), options.via));
}

}  // namespace bccxx
