// Each hook in turn; when all refuse, the error has what every one of them said.

#include "hooks.hpp"

#include <fmt/format.h>

namespace programs {
namespace {

bccxx::Link& attach(bccxx::BPF& bpf, const Hook& hook) {
  // No library substitute: the next hook is a better one.
  if (hook.via == bccxx::AttachVia::kprobe) return bpf.attach_kprobe(hook.event, hook.function, {.via = hook.via});
  return bpf.attach_tracepoint(hook.event, hook.function);
}

/// Why the first hook is not used.
std::string why(const bccxx::AttachAttempt& attempt) {
  const bool absent =
      attempt.code == std::errc::no_such_file_or_directory || attempt.code == std::errc::operation_not_supported;
  return absent ? "this kernel has no " + attempt.via : fmt::format("{}: {}", attempt.via, attempt.reason);
}

}  // namespace

bccxx::Link& attach_first(bccxx::BPF& bpf, const Program& program, const std::vector<Hook>& hooks) {
  std::vector<bccxx::AttachAttempt> attempts;
  for (const auto& hook : hooks) {
    const auto name = fmt::format("{} {}", to_string(hook.via), hook.event);
    try {
      auto& link = attach(bpf, hook);
      if (!attempts.empty()) program.note(fmt::format("runs from {}: {}", name, why(attempts[0])));
      return link;
    } catch (const bccxx::AttachError& error) {
      for (const auto& attempt : error.attempts()) attempts.push_back({name, attempt.reason, attempt.code});
    }
  }
  throw bccxx::AttachError(hooks.front().function, hooks.front().event, std::move(attempts));
}

}  // namespace programs
