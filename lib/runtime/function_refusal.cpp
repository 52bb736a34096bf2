// The kernel says EINVAL to most; its lists say why.

#include "runtime/function_refusal.hpp"

#include "runtime/attach_error.hpp"
#include "runtime/function_name.hpp"
#include "runtime/kernel_btf.hpp"
#include "support/nearest_names.hpp"
#include "support/permissions.hpp"
#include "support/system_call.hpp"
#include "symbols/kernel_functions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <vector>

namespace bccxx::runtime {
namespace {

constexpr const char* several = "several functions have this name";

/// What kallsyms has under a name.
struct Known {
  bool itself = false;
  std::vector<std::string> twins;  ///< copies of it that the compiler made and named, such as name.isra.0
};

Known look_up(const std::string& function) {
  Known known;
  const auto wanted = parse_function_name(function);
  symbols::for_each_kernel_symbol([&](const symbols::KallsymsLine& line) {
    if (!line.is_function() || !line.name.starts_with(wanted.name)) return true;
    if (!wanted.module.empty() && line.module != wanted.module) return true;
    const auto suffix = line.name.substr(wanted.name.size());
    if (suffix.empty()) known.itself = true;
    // The cold part of a function is not a copy of it.
    if (suffix.starts_with('.') && !suffix.starts_with(".cold")) known.twins.emplace_back(line.name);
    return !known.itself;
  });
  return known;
}

bool btf_knows(const std::string& function) {
  try {
    return function_argument_slots(function).has_value();
  } catch (const SystemError&) {
    return false;
  }
}

std::optional<FunctionRefusal> explain_absence(const std::string& function) {
  Known known;
  try {
    known = look_up(function);
  } catch (const SystemError&) {
    return std::nullopt;  // nothing can be said without the list
  }
  if (known.itself) return std::nullopt;
  if (!known.twins.empty()) {
    const auto& twin = known.twins.front();
    // What is left of a function split in two is the part that was too large to be inlined.
    const bool split = twin.find(".part.") != std::string::npos;
    return FunctionRefusal{ENOENT,
                           fmt::format("changed by the compiler: {} {}",
                                       split ? "inlined but for a part, which is" : "the kernel has it as", twin),
                           fmt::format("name {}, whose arguments may be others", twin)};
  }
  if (btf_knows(function)) return FunctionRefusal{ENOENT, "inlined everywhere: only the kernel's BTF knows it"};
  return FunctionRefusal{ENOENT, "no such function, or one that is inlined everywhere",
                         did_you_mean(symbols::nearest_kernel_functions(function))};
}

/// A lack of something, which is no fault of the function.
bool about_resources(int code) {
  return code == EMFILE || code == ENFILE || code == ENOMEM || code == ENOSPC || code == EINTR || code == E2BIG;
}

std::optional<std::string> explain_code(int code) {
  switch (code) {
    case EADDRNOTAVAIL:
      return several;
    case EILSEQ:
      return "the offset is inside an instruction";
    case E2BIG:
      return "the function has as many programs as it can take";
    default:
      return std::nullopt;
  }
}

std::optional<std::string> explain_lists(const std::string& function, AttachVia via) {
  const bool kprobe = via == AttachVia::kprobe || via == AttachVia::kretprobe;
  switch (symbols::probing_of(function)) {
    case symbols::Probing::blacklisted:
      if (kprobe) return "the kernel has it on its blacklist of kprobes";
      return std::nullopt;
    case symbols::Probing::not_traceable:
      return "the kernel cannot trace it (notrace)";
    case symbols::Probing::possible:
    case symbols::Probing::unknown:
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

FunctionRefusal explain_function_refusal(const std::string& function, int code, AttachVia via,
                                         const std::string& call) {
  if (auto absence = explain_absence(function)) return *std::move(absence);
  if (const auto own = explain_code(code)) return {code, *own};
  if (!about_resources(code)) {
    if (const auto listed = explain_lists(function, via)) return {code, *listed};
  }
  const auto message = support::error_code(code).message();
  return {code, fmt::format("{}{}: {}", support::is_refusal(code) ? "not permitted: " : "", call, message),
          permission_hint(via, code)};
}

FunctionRefusal explain_without_btf(const std::string& function, AttachVia via) {
  auto refusal = explain_function_refusal(function, ESRCH, via, {});
  // Functions of one name but different arguments, and some whose arguments the compiler changed, are left out of it.
  if (refusal.code == ESRCH) {
    if (places_of_function(parse_function_name(function).name).size() > 1) return {EADDRNOTAVAIL, several};
    refusal.reason = "the kernel has it, but not in its BTF";
  }
  return refusal;
}

void require_traced_target(const std::string& program, AttachVia via, const std::string& target) {
  FunctionRefusal refusal;
  if (via == AttachVia::lsm) {
    const auto hooks = security_hooks();
    if (std::ranges::find(hooks, target) != hooks.end()) return;
    const auto* reason = hooks.empty() ? "this kernel has no security hooks for BPF" : "no such security hook";
    refusal = {ENOENT, reason, did_you_mean(support::nearest_names(target, hooks))};
  } else {
    if (function_argument_slots(target)) return;
    refusal = explain_without_btf(target, via);
  }
  const std::string way = to_string(via);
  throw AttachError(program, way + " " + target, {{way, refusal.reason, support::error_code(refusal.code)}},
                    refusal.hint);
}

std::string to_text(const FunctionRefusal& refusal) {
  return refusal.hint.empty() ? refusal.reason : refusal.reason + " (" + refusal.hint + ")";
}

void refuse_function(const Program& program, AttachVia via, const std::string& target, const std::string& function,
                     int code, const std::string& call) {
  auto refusal = explain_function_refusal(function, code, via, call);
  fail_attach(program, via, target, refusal.code, std::move(refusal.reason), std::move(refusal.hint));
}

}  // namespace bccxx::runtime
