// What clang and libbcc said, in the user's own places, and what they leave unsaid.

#include "compiler_worker/verdict.hpp"

#include "compiler_worker/line_map.hpp"
#include "compiler_worker/text_frame.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstddef>
#include <cstring>
#include <string>
#include <utility>

namespace bccxx::worker {
namespace {

using compiler::Answer;

/// Not the text's fault.
bool starved(const IsolatedResult& result) {
  return result.signal == SIGKILL || result.signal == SIGXCPU || result.signal == SIGTERM ||
         result.standard_error.find("out of memory") != std::string::npos ||
         result.standard_error.find("bad_alloc") != std::string::npos;
}

bool has_error(const Answer& answer) {
  return std::any_of(answer.diagnostics.begin(), answer.diagnostics.end(),
                     [](const Diagnostic& diagnostic) { return diagnostic.severity >= Severity::error; });
}

std::string last_line(const std::string& log) {
  std::string last;
  for (const auto line : split_lines(log)) {
    if (!line.empty()) last = line;
  }
  return last;
}

/// What a message of clang's or libbcc's leaves its reader to guess.
struct Hint {
  std::string_view said;
  std::string_view hint;
};
constexpr Hint hints[] = {
    {"too many args to ", "a helper takes 5 arguments: bpf_trace_printk a format and 3 values"},
    {"unsupported map type: maps/", "libbcc has none; an object of another compiler can, see BPF::from_object"},
};

void add_hints(std::vector<Diagnostic>& diagnostics) {
  for (auto& diagnostic : diagnostics) {
    for (const auto& hint : hints) {
      if (diagnostic.message.find(hint.said) == std::string::npos) continue;
      diagnostic.message += fmt::format(" ({})", hint.hint);
    }
  }
}

/// A path given as the text, as bcc's Python has it in the same place.
bool is_file_name(std::string_view text) {
  return text.ends_with(".c") && text.find_first_of(" \t\n;{}") == std::string_view::npos;
}

class Judgement {
 public:
  Judgement(const CompiledText& text, const IsolatedResult& result) : text_(text), result_(result) {}

  Answer run() {
    read_log();
    if (!result_.failure.empty()) {
      answer_.message = result_.failure;
    } else if (!result_.result.empty()) {
      // A text that never looks into the record compiles without it.
      report_tracepoints(Severity::warning);
      answer_.status = Answer::Status::object;
      answer_.object = result_.result;
    } else if (starved(result_)) {
      answer_.message = result_.signal == 0 ? "the compiler ran out of memory"
                                            : fmt::format("the compiler was killed ({})", ::strsignal(result_.signal));
    } else {
      answer_.status = Answer::Status::compile_error;
      explain();
    }
    return std::move(answer_);
  }

 private:
  void read_log() {
    const auto log = split_log(result_.standard_error, text_.places.line_offset);
    answer_.log = readable_log(log.before + log.after, text_.places);
    answer_.diagnostics = parse_diagnostics(log.before, text_.places, nullptr);
    restore_columns();
    const LineMap map(text_.request.text, log.rewritten);
    for (auto& diagnostic : parse_diagnostics(log.after, text_.places, &map)) {
      answer_.diagnostics.push_back(std::move(diagnostic));
    }
  }

  /// What clang read has longer lines where map calls were completed, and where libbcc put a tracepoint's struct
  /// before the function that takes it.
  void restore_columns() {
    const auto lines = split_lines(text_.request.text);
    const auto completed = split_lines(text_.completed.text);
    for (auto& diagnostic : answer_.diagnostics) {
      const auto index = static_cast<std::size_t>(diagnostic.line - 1);
      if (diagnostic.file != text_.request.file_name || index >= std::min(lines.size(), completed.size())) continue;
      for (const auto& tracepoint : text_.tracepoints) {
        const auto inserted = static_cast<int>(tracepoint.declaration.size());
        if (tracepoint.line == diagnostic.line && diagnostic.column > inserted) diagnostic.column -= inserted;
      }
      diagnostic.column = original_column(lines[index], completed[index], diagnostic.column);
    }
  }

  void report_tracepoints(Severity severity) {
    std::vector<Diagnostic> problems;
    for (const auto& tracepoint : text_.tracepoints) {
      if (tracepoint.problem.empty()) continue;
      // Without its struct clang says much of that line, all for this one reason.
      std::erase_if(answer_.diagnostics, [&](const Diagnostic& other) {
        return other.message.find("struct tracepoint__") != std::string::npos ||
               (other.file == text_.request.file_name && other.line == tracepoint.line) ||
               (other.severity == Severity::note && other.file.starts_with('<'));
      });
      problems.push_back({text_.request.file_name, tracepoint.line, 0, severity, tracepoint.problem});
    }
    answer_.diagnostics.insert(answer_.diagnostics.begin(), problems.begin(), problems.end());
  }

  /// Adds what clang does not say: unreadable tracepoints, a crash, libbcc's own complaints.
  void explain() {
    report_tracepoints(Severity::error);
    if (is_file_name(text_.request.text)) {
      const auto hint = fmt::format("the text is a file's name: BPF::from_file(\"{}\") reads it", text_.request.text);
      answer_.diagnostics.insert(answer_.diagnostics.begin(), {text_.request.file_name, 1, 1, Severity::error, hint});
    }
    if (result_.signal != 0) {
      const auto severity = has_error(answer_) ? Severity::note : Severity::error;
      add(severity, fmt::format("the compiler crashed on this text ({})", ::strsignal(result_.signal)));
    } else if (!has_error(answer_)) {
      const auto last = last_line(answer_.log);
      add(Severity::error, last.empty() ? "the compiler refused the text without saying why" : last);
    }
    add_hints(answer_.diagnostics);
  }

  void add(Severity severity, std::string message) {
    answer_.diagnostics.push_back({text_.request.file_name, 0, 0, severity, std::move(message)});
  }

  const CompiledText& text_;
  const IsolatedResult& result_;
  Answer answer_;
};

}  // namespace

Answer judge(const CompiledText& text, const IsolatedResult& result) { return Judgement(text, result).run(); }

Answer merge_failures(Answer with_btf, Answer with_kernel_headers) {
  const bool wrong_by_btf = with_btf.status == Answer::Status::compile_error;
  const bool wrong_by_headers = with_kernel_headers.status == Answer::Status::compile_error;
  const auto told = [](const Answer& answer) { return answer.log.empty() ? answer.message : answer.log; };
  auto log = "with kernel types from BTF:\n" + told(with_btf) + "\nwith installed kernel headers:\n" +
             told(with_kernel_headers);
  if (!wrong_by_btf && !wrong_by_headers) {
    with_btf.message += "; with installed kernel headers: " + with_kernel_headers.message;
  }
  // Of two opinions on the text the one from BTF counts; kernel headers often fail for reasons of their own.
  auto& counts = wrong_by_btf || !wrong_by_headers ? with_btf : with_kernel_headers;
  counts.log = std::move(log);
  return std::move(counts);
}

}  // namespace bccxx::worker
