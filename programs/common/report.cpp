// One line behind the name of the program; logs of several lines go as they are.

#include "report.hpp"

#include <bccxx/support/error.hpp>

#include <fmt/format.h>

#include <iterator>

namespace programs {
namespace {

class Report {
 public:
  explicit Report(std::string_view program) : program_(program) {}

  void line(std::string_view message) { fmt::format_to(std::back_inserter(text_), "{}: {}\n", program_, message); }
  // Text of several lines goes as it is.
  void block(std::string_view lines) {
    if (lines.empty()) return;
    text_ += lines;
    if (lines.back() != '\n') text_ += '\n';
  }
  std::string text() && { return std::move(text_); }

 private:
  std::string_view program_;
  std::string text_;
};

}  // namespace

std::string report(std::string_view program, const std::exception& error, Detail detail) {
  Report report(program);
  const auto* compile = dynamic_cast<const bccxx::CompileError*>(&error);
  if (compile != nullptr && !compile->diagnostics().empty()) {
    for (const auto& diagnostic : compile->diagnostics()) report.line(bccxx::to_string(diagnostic));
  } else {
    report.line(error.what());
  }
  if (const auto* verifier = dynamic_cast<const bccxx::VerifierError*>(&error);
      verifier != nullptr && !verifier->source_line().empty()) {
    report.line(verifier->source_line());
  }
  if (detail == Detail::short_text) return std::move(report).text();
  if (compile != nullptr) report.block(compile->log());
  if (const auto* load = dynamic_cast<const bccxx::LoadError*>(&error)) report.block(load->log());
  if (const auto* worker = dynamic_cast<const bccxx::WorkerError*>(&error)) report.block(worker->output());
  if (const auto* attach = dynamic_cast<const bccxx::AttachError*>(&error)) {
    for (const auto& attempt : attach->attempts()) report.line(fmt::format("{}: {}", attempt.via, attempt.reason));
  }
  return std::move(report).text();
}

}  // namespace programs
