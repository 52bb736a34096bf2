// Opens the bytes again for each program, so that one text can serve several program types.

#include "runtime/program_loader.hpp"

#include "runtime/bpf_object.hpp"
#include "runtime/function_name.hpp"
#include "runtime/function_refusal.hpp"
#include "runtime/kernel_btf.hpp"
#include "runtime/smallest_program.hpp"
#include "runtime/verifier_log.hpp"
#include "support/libbpf_log.hpp"
#include "support/nearest_names.hpp"
#include "support/permissions.hpp"
#include "support/system_call.hpp"

#include <bccxx/support/error.hpp>

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <vector>

namespace bccxx::runtime {
namespace {

// The kernel takes up to UINT_MAX / 4; a first try small enough to cost nothing holds nearly every log.
constexpr std::size_t first_log_size = std::size_t{256} << 10U;
constexpr std::size_t largest_log_size = std::size_t{1} << 30U;

support::Privilege privilege_for(ProgramType type) {
  switch (type) {
    case ProgramType::socket_filter:
    case ProgramType::kprobe:
    case ProgramType::tracepoint:
    case ProgramType::perf_event:
    case ProgramType::raw_tracepoint:
    case ProgramType::tracing:
    case ProgramType::lsm:
    case ProgramType::unspecified:
      return support::Privilege::tracing;
    default:
      return support::Privilege::network;
  }
}

/// The types that have the helpers lockdown takes away; others lack them in any case.
bool traces(ProgramType type) {
  return type != ProgramType::socket_filter && privilege_for(type) == support::Privilege::tracing;
}

[[noreturn]] void fail_load(const std::string& name, ProgramType type, int code, const std::string& log) {
  const auto error = support::error_code(code);
  auto reason = error.message();
  if (support::is_refusal(code)) {
    const auto why = support::explain_refusal(privilege_for(type));
    reason += why.empty() ? " (this kernel refuses programs of this type)" : " (" + why + ")";
  }
  throw LoadError(name, error, reason, log);
}

AttachVia way_of(std::uint32_t attach_type) {
  if (attach_type == BPF_TRACE_FENTRY) return AttachVia::fentry;
  return attach_type == BPF_TRACE_FEXIT ? AttachVia::fexit : AttachVia::fmod_ret;
}

bool hooks_function(std::uint32_t attach_type) {
  return attach_type == BPF_TRACE_FENTRY || attach_type == BPF_TRACE_FEXIT || attach_type == BPF_MODIFY_RETURN;
}

/// Throws where the kernel refuses every program on the function, so that no text can be at fault.
void blame_function(const std::string& name, const ProgramLoad& how, int code, const std::string& summary) {
  if (!hooks_function(how.expected_attach_type) || how.attach_target.empty()) return;
  const auto smallest = load_smallest_at(BPF_PROG_TYPE_TRACING, static_cast<bpf_attach_type>(how.expected_attach_type),
                                         how.attach_target);
  if (smallest || smallest.get() != -code) return;
  const auto via = way_of(how.expected_attach_type);
  auto refusal = explain_function_refusal(how.attach_target, code, via, "BPF_PROG_LOAD");
  // The verifier refuses a handful of functions by name, before 6.16 without a word.
  if (refusal.code == EINVAL && code == EINVAL) {
    refusal.reason = fmt::format("the kernel lets no {} program onto {}", to_string(via), how.attach_target);
  }
  const auto told = summary.empty() ? std::string() : fmt::format(" (the verifier says: {})", summary);
  throw LoadError(name, support::error_code(refusal.code), to_text(refusal) + told, {});
}

void configure(bpf_program* program, const std::string& name, const ProgramLoad& how) {
  const support::LibbpfLog log;
  bpf_program__set_autoload(program, true);
  const auto declared = static_cast<ProgramType>(bpf_program__type(program));
  const bool other_type = how.type != ProgramType::unspecified && how.type != declared;
  // libbpf looks for such a program's target all the same, and may crash.
  if (other_type && (declared == ProgramType::tracing || declared == ProgramType::lsm)) {
    throw LoadError(name, support::error_code(EINVAL),
                    fmt::format("it is written for another hook ({})", bpf_program__section_name(program)), {});
  }
  if (other_type) bpf_program__set_type(program, static_cast<bpf_prog_type>(how.type));
  if (other_type || how.expected_attach_type != 0) {
    bpf_program__set_expected_attach_type(program, static_cast<bpf_attach_type>(how.expected_attach_type));
  }
  if (how.flags != 0) bpf_program__set_flags(program, how.flags);
  if (how.attach_target.empty()) return;
  // libbpf looks for it in the BTF of every module, and does not close those when it finds nothing.
  if (hooks_function(how.expected_attach_type) && !function_argument_slots(how.attach_target)) {
    const auto refusal = explain_without_btf(how.attach_target, way_of(how.expected_attach_type));
    throw LoadError(name, support::error_code(refusal.code), to_text(refusal), {});
  }
  const std::string target(parse_function_name(how.attach_target).name);
  if (const int result = bpf_program__set_attach_target(program, 0, target.c_str()); result != 0) {
    const auto code = support::error_code(-result);
    throw LoadError(name, code, fmt::format("find {} in the kernel's BTF: {}", how.attach_target, code.message()),
                    log.text());
  }
}

void reuse_maps(bpf_object* opened, const FindMap& find_map) {
  const support::LibbpfLog log;
  for (bpf_map* map : maps_of(opened)) {
    const std::string name = bpf_map__name(map);
    const auto existing = find_map(name);
    if (!existing) throw NotFound("table", name);
    support::check_libbpf(bpf_map__reuse_fd(map, existing->fd()), "reuse map", name);
  }
}

/// One attempt: 0 or an errno, with the verifier's log and libbpf's.
struct Attempt {
  int code = 0;
  std::string verifier_log;
  std::string libbpf_log;
  bool log_complete = true;
  UniqueFd fd;
  ProgramType type = ProgramType::unspecified;
};

Attempt try_load(const object::Object& object, const std::string& name, const ProgramLoad& how, const FindMap& find_map,
                 std::size_t log_size) {
  const auto opened = open_bpf_object(object);
  bpf_program* program = bpf_object__find_program_by_name(opened.get(), name.c_str());
  configure(program, name, how);
  reuse_maps(opened.get(), find_map);

  std::vector<char> buffer(log_size);
  bpf_program__set_log_buf(program, buffer.data(), buffer.size());
  Attempt attempt;
  const support::LibbpfLog log;
  attempt.code = -bpf_object__load(opened.get());
  attempt.libbpf_log = log.text();
  attempt.type = static_cast<ProgramType>(bpf_program__type(program));
  if (attempt.code == 0) {
    attempt.fd = own_descriptor(bpf_program__fd(program), name);
    return attempt;
  }
  const auto used = ::strnlen(buffer.data(), buffer.size());
  attempt.verifier_log.assign(buffer.data(), used);
  // Kernels before 6.4 stop at a full buffer, later ones keep the end; both say ENOSPC.
  attempt.log_complete = attempt.code != ENOSPC && used + 1 < buffer.size();
  return attempt;
}

}  // namespace

void require_program(const object::Object& object, const std::string& name) {
  if (object.find_program(name) != nullptr) return;
  std::vector<std::string> names;
  for (const auto& program : object.programs()) names.push_back(program.name);
  throw NotFound("program", name, support::nearest_or_all(name, names));
}

Program load_program(const object::Object& object, const std::string& name, const ProgramLoad& how,
                     const FindMap& find_map) {
  require_program(object, name);
  auto size = first_log_size;
  auto attempt = try_load(object, name, how, find_map, size);
  while (attempt.code != 0 && !attempt.log_complete && size < largest_log_size) {
    size *= 8;
    attempt = try_load(object, name, how, find_map, size);
  }
  if (attempt.code == 0) return {std::move(attempt.fd), name, attempt.type};
  if (attempt.verifier_log.empty()) {
    if (!support::is_refusal(attempt.code)) blame_function(name, how, attempt.code, {});
    fail_load(name, attempt.type, attempt.code, attempt.libbpf_log);
  }
  auto verdict = read_verifier_log(attempt.verifier_log, object.source(), object.source_name());
  if (traces(attempt.type)) {
    if (const auto why = support::explain_missing_helper(verdict.summary); !why.empty()) {
      verdict.summary += " (" + why + ")";
    }
  }
  blame_function(name, how, attempt.code, verdict.summary);
  throw VerifierError(name, support::error_code(attempt.code), verdict.summary, verdict.source_line,
                      std::move(attempt.verifier_log));
}

}  // namespace bccxx::runtime
