#pragma once
// Every exception bccxx throws for bad input or a refusing system. Broken invariants are std::logic_error instead.

#include <bccxx/support/export.hpp>

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

namespace bccxx {

/// The base of all errors. `what()` is one short line, outside in.
class BCCXX_API Error : public std::runtime_error {
 public:
  explicit Error(const std::string& message);
  ~Error() override;
};

/// A system call, or a libbpf call that stands for one, failed.
class BCCXX_API SystemError : public Error {
 public:
  SystemError(std::string operation, std::string subject, std::error_code code, const std::string& hint = {});
  ~SystemError() override;

  [[nodiscard]] const std::string& operation() const noexcept { return operation_; }
  [[nodiscard]] const std::string& subject() const noexcept { return subject_; }
  [[nodiscard]] const std::error_code& code() const noexcept { return code_; }
  [[nodiscard]] const std::string& hint() const noexcept { return hint_; }

 private:
  std::string operation_;
  std::string subject_;
  std::error_code code_;
  std::string hint_;
};

enum class Severity { note, warning, error, fatal };

/// One message of the compiler, in the user's own text.
///
/// Units: line and column count from 1; 0 means the compiler gave none
struct Diagnostic {
  std::string file;
  int line = 0;
  int column = 0;
  Severity severity = Severity::error;
  std::string message;
};

/// `file:line:column: severity: message`, as compilers print it; without what there is none of.
[[nodiscard]] BCCXX_API std::string to_string(const Diagnostic& diagnostic);

/// The BPF C text is wrong, or uses what bccxx's compiler cannot translate.
class BCCXX_API CompileError : public Error {
 public:
  CompileError(std::vector<Diagnostic> diagnostics, std::string log);
  ~CompileError() override;

  [[nodiscard]] const std::vector<Diagnostic>& diagnostics() const noexcept { return diagnostics_; }
  [[nodiscard]] const std::string& log() const noexcept { return log_; }

 private:
  std::vector<Diagnostic> diagnostics_;
  std::string log_;
};

/// The compiler process did not do its work; the caller is unharmed.
class BCCXX_API WorkerError : public Error {
 public:
  enum class Reason {
    not_found,
    not_started,
    exited,
    killed,
    timed_out,
    bad_answer,
    failed,  ///< it says itself what kept it from working, on the first line of the output
  };

  WorkerError(Reason reason, std::string worker, int status, std::string output);
  ~WorkerError() override;

  [[nodiscard]] Reason reason() const noexcept { return reason_; }
  [[nodiscard]] const std::string& worker() const noexcept { return worker_; }
  /// The exit status for `exited`, the signal for `killed`, the errno for `not_started`, else 0.
  [[nodiscard]] int status() const noexcept { return status_; }
  /// What the process printed on stdout and stderr.
  [[nodiscard]] const std::string& output() const noexcept { return output_; }

 private:
  Reason reason_;
  std::string worker_;
  int status_;
  std::string output_;
};

/// The kernel, or libbpf before it, refused an object, a map or a program.
class BCCXX_API LoadError : public Error {
 public:
  LoadError(std::string subject, std::error_code code, const std::string& reason, std::string log);
  ~LoadError() override;

  [[nodiscard]] const std::string& subject() const noexcept { return subject_; }
  [[nodiscard]] const std::error_code& code() const noexcept { return code_; }
  [[nodiscard]] const std::string& log() const noexcept { return log_; }

 private:
  std::string subject_;
  std::error_code code_;
  std::string log_;
};

/// The verifier refused a program.
class BCCXX_API VerifierError : public LoadError {
 public:
  VerifierError(std::string program, std::error_code code, std::string summary, std::string source_line,
                std::string log);
  ~VerifierError() override;

  [[nodiscard]] const std::string& program() const noexcept { return subject(); }
  /// The verifier's own reason, never empty.
  [[nodiscard]] const std::string& summary() const noexcept { return summary_; }
  /// The user's line the verifier stopped at, `file:line: text`; empty when the log names none.
  [[nodiscard]] const std::string& source_line() const noexcept { return source_line_; }

 private:
  std::string summary_;
  std::string source_line_;
};

/// One way an attach was tried, and why it failed.
struct AttachAttempt {
  std::string via;
  std::string reason;
  std::error_code code;
};

/// A program could not be attached.
class BCCXX_API AttachError : public Error {
 public:
  AttachError(std::string program, std::string target, std::vector<AttachAttempt> attempts, std::string hint = {});
  ~AttachError() override;

  [[nodiscard]] const std::string& program() const noexcept { return program_; }
  [[nodiscard]] const std::string& target() const noexcept { return target_; }
  [[nodiscard]] const std::vector<AttachAttempt>& attempts() const noexcept { return attempts_; }
  [[nodiscard]] const std::string& hint() const noexcept { return hint_; }

 private:
  std::string program_;
  std::string target_;
  std::vector<AttachAttempt> attempts_;
  std::string hint_;
};

/// There is no table, program, event or symbol of that name.
class BCCXX_API NotFound : public Error {
 public:
  /// `kind` is a noun such as "table"; `nearest` is best first.
  NotFound(std::string kind, std::string name, std::vector<std::string> nearest = {});
  ~NotFound() override;

  [[nodiscard]] const std::string& kind() const noexcept { return kind_; }
  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] const std::vector<std::string>& nearest() const noexcept { return nearest_; }

 private:
  std::string kind_;
  std::string name_;
  std::vector<std::string> nearest_;
};

/// The running kernel, or the installed compiler, cannot do this.
class BCCXX_API NotSupported : public Error {
 public:
  NotSupported(std::string feature, std::string since, std::string running);
  ~NotSupported() override;

  [[nodiscard]] const std::string& feature() const noexcept { return feature_; }
  /// The first version that can, or what is missing, for example "Linux 5.17" or "a perf PMU".
  [[nodiscard]] const std::string& since() const noexcept { return since_; }
  [[nodiscard]] const std::string& running() const noexcept { return running_; }

 private:
  std::string feature_;
  std::string since_;
  std::string running_;
};

/// A handle's type does not fit its table.
class BCCXX_API TypeMismatch : public Error {
 public:
  /// `part` is "kind", "key", "value", "key layout" or "value layout". Sizes are bytes; 0 where sizes say nothing.
  TypeMismatch(std::string table, std::string part, std::string expected, std::string actual,
               std::size_t expected_size = 0, std::size_t actual_size = 0);
  ~TypeMismatch() override;

  [[nodiscard]] const std::string& table() const noexcept { return table_; }
  [[nodiscard]] const std::string& part() const noexcept { return part_; }
  /// What the program's handle says.
  [[nodiscard]] const std::string& expected() const noexcept { return expected_; }
  /// What the table is.
  [[nodiscard]] const std::string& actual() const noexcept { return actual_; }
  [[nodiscard]] std::size_t expected_size() const noexcept { return expected_size_; }
  [[nodiscard]] std::size_t actual_size() const noexcept { return actual_size_; }

 private:
  std::string table_;
  std::string part_;
  std::string expected_;
  std::string actual_;
  std::size_t expected_size_;
  std::size_t actual_size_;
};

/// `operator[]` was asked for a key the table does not have.
class BCCXX_API KeyError : public Error {
 public:
  /// `key` is the key as text.
  KeyError(std::string table, std::string key);
  ~KeyError() override;

  [[nodiscard]] const std::string& table() const noexcept { return table_; }
  [[nodiscard]] const std::string& key() const noexcept { return key_; }

 private:
  std::string table_;
  std::string key_;
};

}  // namespace bccxx
