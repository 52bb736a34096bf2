// Composes the one-line message of each exception.

#include <bccxx/support/error.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace bccxx {
namespace {

std::string suffix(const std::string& text) { return text.empty() ? std::string() : " (" + text + ")"; }

std::string nearest_text(const std::vector<std::string>& nearest) {
  return nearest.empty() ? std::string() : fmt::format("did you mean {}?", fmt::join(nearest, ", "));
}

/// Processes and the like have numbers, not names.
bool is_number(const std::string& name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) { return c >= '0' && c <= '9'; });
}

std::string place(const Diagnostic& diagnostic) {
  if (diagnostic.line == 0) return diagnostic.file;
  if (diagnostic.column == 0) return fmt::format("{}:{}", diagnostic.file, diagnostic.line);
  return fmt::format("{}:{}:{}", diagnostic.file, diagnostic.line, diagnostic.column);
}

std::string_view word(Severity severity) {
  switch (severity) {
    case Severity::note:
      return "note";
    case Severity::warning:
      return "warning";
    case Severity::error:
      return "error";
    case Severity::fatal:
      return "fatal error";
  }
  return "error";
}

std::string compile_message(const std::vector<Diagnostic>& diagnostics) {
  for (const auto& d : diagnostics) {
    if (d.severity < Severity::error) continue;
    return fmt::format("compile: {}: {}", place(d), d.message);
  }
  return "compile: the compiler refused the text without a diagnostic";
}

/// Lines become clauses.
std::string one_line(std::string_view lines) {
  std::string joined;
  for (std::size_t at = 0; at < lines.size();) {
    const auto end = std::min(lines.find('\n', at), lines.size());
    joined += (joined.empty() ? "" : "; ") + std::string(lines.substr(at, end - at));
    at = end + 1;
  }
  return joined;
}

std::string worker_message(WorkerError::Reason reason, const std::string& worker, int status,
                           const std::string& output) {
  switch (reason) {
    case WorkerError::Reason::not_found:
      return fmt::format("compile: {} is not there{} (Options::worker.path names one that is elsewhere)", worker,
                         output.empty() ? "" : ": " + one_line(output));
    case WorkerError::Reason::not_started:
      return fmt::format("compile: start {}: {}", worker, std::generic_category().message(status));
    case WorkerError::Reason::exited:
      return fmt::format("compile: {} exited with status {}", worker, status);
    case WorkerError::Reason::killed:
      return fmt::format("compile: {} was killed by signal {}", worker, status);
    case WorkerError::Reason::timed_out:
      return fmt::format("compile: {} took too long", worker);
    case WorkerError::Reason::bad_answer:
      return fmt::format("compile: {} gave an answer that is not one", worker);
    case WorkerError::Reason::failed:
      return fmt::format("compile: {}", output.substr(0, output.find('\n')));
  }
  return fmt::format("compile: {} failed", worker);
}

std::string attach_message(const std::string& program, const std::string& target,
                           const std::vector<AttachAttempt>& attempts, const std::string& hint) {
  std::vector<std::string> reasons;
  reasons.reserve(attempts.size());
  for (const auto& a : attempts) {
    reasons.push_back(attempts.size() == 1 ? a.reason : fmt::format("{}: {}", a.via, a.reason));
  }
  return fmt::format("attach {} to {}: {}{}", program, target, fmt::join(reasons, "; "), suffix(hint));
}

std::string mismatch_message(const std::string& table, const std::string& part, const std::string& expected,
                             const std::string& actual, std::size_t expected_size, std::size_t actual_size) {
  const auto with_size = [](const std::string& text, std::size_t size) {
    return size == 0 ? text : fmt::format("{}, {} bytes", text, size);
  };
  return fmt::format("table {}: the {} is {}, not {}", table, part, with_size(actual, actual_size),
                     with_size(expected, expected_size));
}

}  // namespace

Error::Error(const std::string& message) : std::runtime_error(message) {}
Error::~Error() = default;

SystemError::SystemError(std::string operation, std::string subject, std::error_code code, const std::string& hint)
    : Error(fmt::format("{}{}{}: {}{}", operation, subject.empty() ? "" : " ", subject, code.message(), suffix(hint))),
      operation_(std::move(operation)),
      subject_(std::move(subject)),
      code_(code),
      hint_(hint) {}
SystemError::~SystemError() = default;

std::string to_string(const Diagnostic& diagnostic) {
  return fmt::format("{}: {}: {}", place(diagnostic), word(diagnostic.severity), diagnostic.message);
}

CompileError::CompileError(std::vector<Diagnostic> diagnostics, std::string log)
    : Error(compile_message(diagnostics)), diagnostics_(std::move(diagnostics)), log_(std::move(log)) {}
CompileError::~CompileError() = default;

WorkerError::WorkerError(Reason reason, std::string worker, int status, std::string output)
    : Error(worker_message(reason, worker, status, output)),
      reason_(reason),
      worker_(std::move(worker)),
      status_(status),
      output_(std::move(output)) {}
WorkerError::~WorkerError() = default;

LoadError::LoadError(std::string subject, std::error_code code, const std::string& reason, std::string log)
    : Error(fmt::format("load {}: {}", subject, reason)),
      subject_(std::move(subject)),
      code_(code),
      log_(std::move(log)) {}
LoadError::~LoadError() = default;

VerifierError::VerifierError(std::string program, std::error_code code, std::string summary, std::string source_line,
                             std::string log)
    : LoadError(std::move(program), code,
                fmt::format("the verifier says: {}{}", summary, source_line.empty() ? "" : ", at " + source_line),
                std::move(log)),
      summary_(std::move(summary)),
      source_line_(std::move(source_line)) {}
VerifierError::~VerifierError() = default;

AttachError::AttachError(std::string program, std::string target, std::vector<AttachAttempt> attempts, std::string hint)
    : Error(attach_message(program, target, attempts, hint)),
      program_(std::move(program)),
      target_(std::move(target)),
      attempts_(std::move(attempts)),
      hint_(std::move(hint)) {}
AttachError::~AttachError() = default;

NotFound::NotFound(std::string kind, std::string name, std::vector<std::string> nearest)
    : Error(fmt::format("no {} {}{}{}", kind, is_number(name) ? "" : "named ", name, suffix(nearest_text(nearest)))),
      kind_(std::move(kind)),
      name_(std::move(name)),
      nearest_(std::move(nearest)) {}
NotFound::~NotFound() = default;

NotSupported::NotSupported(std::string feature, std::string since, std::string running)
    : Error(fmt::format("{} is not supported: needs {}, running {}", feature, since, running)),
      feature_(std::move(feature)),
      since_(std::move(since)),
      running_(std::move(running)) {}
NotSupported::~NotSupported() = default;

TypeMismatch::TypeMismatch(std::string table, std::string part, std::string expected, std::string actual,
                           std::size_t expected_size, std::size_t actual_size)
    : Error(mismatch_message(table, part, expected, actual, expected_size, actual_size)),
      table_(std::move(table)),
      part_(std::move(part)),
      expected_(std::move(expected)),
      actual_(std::move(actual)),
      expected_size_(expected_size),
      actual_size_(actual_size) {}
TypeMismatch::~TypeMismatch() = default;

KeyError::KeyError(std::string table, std::string key)
    : Error(fmt::format("table {} has no key {}", table, key)), table_(std::move(table)), key_(std::move(key)) {}
KeyError::~KeyError() = default;

}  // namespace bccxx
