// One attempt for each source of kernel types that the request allows, until one compiles.

#include "compiler_worker/serve.hpp"

#include "compiler/included_text.hpp"
#include "compiler/path_flags.hpp"
#include "compiler/plain_path.hpp"
#include "compiler_worker/bpf_headers.hpp"
#include "compiler_worker/isolated_run.hpp"
#include "compiler_worker/kernel_headers/kernel_headers.hpp"
#include "compiler_worker/kernel_tree.hpp"
#include "compiler_worker/libbcc/recording.hpp"
#include "compiler_worker/libbcc/stand_ins.hpp"
#include "compiler_worker/libbcc/translate.hpp"
#include "compiler_worker/map_calls.hpp"
#include "compiler_worker/plain_text.hpp"
#include "compiler_worker/private_directory.hpp"
#include "compiler_worker/read_files.hpp"
#include "compiler_worker/text_frame.hpp"
#include "compiler_worker/tracepoint_format.hpp"
#include "compiler_worker/type_carrier.hpp"
#include "compiler_worker/verdict.hpp"
#include "support/file.hpp"

#include <algorithm>
#include <exception>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace bccxx::worker {
namespace {

namespace fs = std::filesystem;
using compiler::Answer;
using compiler::Headers;
using compiler::Request;

/// At a tracepoint the arguments of a system call are in the context itself, not behind a pointer in it.
std::string without_wrapper(compiler::Registers registers) {
  if (registers != compiler::Registers::syscall_enter && registers != compiler::Registers::syscall_exit) return {};
  return "#undef CONFIG_ARCH_HAS_SYSCALL_WRAPPER\n#undef PT_REGS_SYSCALL_CTX\n#define PT_REGS_SYSCALL_CTX(ctx) (ctx)\n";
}

/// The flags as a text that defines what they define and names what they name.
std::string as_directives(const std::vector<std::string>& flags) {
  std::string text;
  bool defines = false;
  for (const auto& flag : flags) {
    const bool joined = flag.size() > 2 && flag.compare(0, 2, "-D") == 0;
    auto definition = joined ? flag.substr(2) : defines ? flag : std::string();
    defines = flag == "-D";
    if (definition.empty()) {
      text += flag + '\n';
      continue;
    }
    if (const auto equals = definition.find('='); equals != std::string::npos) definition[equals] = ' ';
    text += "#define " + definition + '\n';
  }
  return text;
}

class Compilation {
 public:
  explicit Compilation(const Request& request)
      : request_(request),
        base_(compiler::plain_path(request.directory.empty() ? fs::current_path() : request.directory)),
        flags_(compiler::absolute_flags(request.cflags, base_)),
        included_(read_included()),
        completed_(complete_map_calls(request.text, included_.whole())),
        framed_(frame_text(without_wrapper(request.registers) + type_carrier(completed_.text) + request.preamble,
                           completed_.text)),
        tracepoints_(find_tracepoints(request.text, included_.whole())) {}

  Answer run() {
    if (!completed_.problems.empty()) return refused();
    check_recording_takes();
    serve_tracepoints(tracepoints_);
    if (request_.headers != Headers::kernel) {
      attempt_with_types();
      if (answer_.status == Answer::Status::object || request_.headers == Headers::btf) return finished();
    }
    const auto tree = find_kernel_tree(request_.kernel_tree);
    if (request_.headers == Headers::kernel && !tree) {
      answer_.message = request_.kernel_tree.empty() ? "no kernel headers are installed for the running kernel"
                                                     : request_.kernel_tree.string() + " holds no kernel headers";
      return finished();
    }
    if (tree) {
      auto first = std::move(answer_);
      attempt(tree->source, tree->includes, {});
      if (request_.headers == Headers::automatic && answer_.status != Answer::Status::object) {
        answer_ = merge_failures(std::move(first), std::move(answer_));
      }
    }
    return finished();
  }

 private:
  compiler::IncludedText read_included() {
    write_bpf_headers(own_includes_);
    auto flags = flags_;
    flags.insert(flags.begin(), "-I" + own_includes_.string());
    auto included = compiler::read_included_text({request_.preamble, request_.text}, flags, base_);
    for (auto& inclusion : included.inclusions) inclusion.text = plain_text(std::move(inclusion.text));
    return included;
  }

  /// Whether the same text in another folder could mean another one.
  bool depends_on_place() const {
    const bool users_files =
        std::any_of(included_.inclusions.begin(), included_.inclusions.end(), [this](const auto& inclusion) {
          return !inclusion.path.empty() && inclusion.path.string().rfind(own_includes_.string(), 0) != 0;
        });
    const auto flags = compiler::parse_flags(request_.cflags);
    const bool relative_flags = std::any_of(flags.begin(), flags.end(), [](const auto& flag) {
      return !flag.path.empty() && fs::path(flag.path).is_relative();
    });
    return users_files || relative_flags || !included_.literal;
  }

  Answer refused() {
    answer_.status = Answer::Status::compile_error;
    for (const auto& problem : completed_.problems) {
      answer_.diagnostics.push_back(
          {request_.file_name, problem.line, problem.column, Severity::error, problem.message});
    }
    return finished();
  }

  void attempt_with_types() {
    HeaderRequest headers;
    headers.text = request_.preamble + '\n' + request_.text;
    for (const auto& tracepoint : tracepoints_) headers.extra_text += tracepoint.declaration + '\n';
    headers.extra_text += as_directives(flags_);
    headers.bcc_headers = own_headers(request_.text + included_.whole());
    headers.included = included_;
    if (request_.btf.empty()) {
      headers.modules = "/sys/kernel/btf";
    } else {
      headers.btf = request_.btf;
    }
    const auto tree = directory_.path() / "kernel";
    try {
      module_ = write_kernel_headers(headers, tree);
    } catch (const Error& error) {
      answer_.message = error.what();
      return;
    }
    attempt(tree, {}, request_.btf.empty() ? running_build_id() : std::string());
  }

  void attempt(const fs::path& tree, const std::vector<std::string>& includes, const std::string& build_id) {
    TranslateRequest translate_request;
    translate_request.framed_text = framed_.text;
    translate_request.line_offset = framed_.line_offset;
    translate_request.flags = includes;
    translate_request.flags.push_back("-I" + own_includes_.string());
    translate_request.flags.push_back("-iquote" + base_.string());
    translate_request.flags.insert(translate_request.flags.end(), flags_.begin(), flags_.end());
    translate_request.text = request_.text;
    translate_request.included_text = included_.whole();
    translate_request.named_maps = completed_.named_maps;
    translate_request.increments = increments_in(completed_.text);
    translate_request.file_name = request_.file_name;
    translate_request.cflags = request_.cflags;
    if (depends_on_place()) translate_request.directory = base_.string();
    translate_request.kernel_build_id = build_id;
    translate_request.registers = request_.registers;
    translate_request.fexit_arguments = request_.fexit_arguments;
    // The files clang reads decide the bytes; this makes it list them.
    const auto listed = directory_.path() / "files";
    for (const auto& flag : {std::string("-MD"), std::string("-MF"), listed.string()}) {
      translate_request.flags.push_back(flag);
    }
    translate_request.places = {request_.file_name, framed_.line_offset, tree.string(), own_includes_.string()};

    IsolatedSetting setting;
    setting.directory = directory_.path();
    setting.environment = {{"BCC_KERNEL_SOURCE", tree.string()},
                           {"TMPDIR", directory_.path().string()},
                           {"PATH", "/nonexistent"},
                           {"LC_ALL", "C"}};
    const auto result = run_isolated(setting, [&](int log) {
      translate_request.log_fd = log;
      return translate(translate_request);
    });
    answer_ = judge({request_, completed_, tracepoints_, translate_request.places}, result);
    read_files_ = prerequisites(support::read_small_file(listed.string()).value_or(""), directory_.path());
  }

  Answer finished() {
    answer_.files = loaded_libraries();
    answer_.files.insert(answer_.files.end(), read_files_.begin(), read_files_.end());
    if (!module_.empty()) answer_.files.push_back(module_.string());
    for (const auto& tracepoint : tracepoints_) {
      if (!tracepoint.format_file.empty()) answer_.files.push_back(tracepoint.format_file);
    }
    return std::move(answer_);
  }

  const Request& request_;
  PrivateDirectory directory_;
  fs::path own_includes_ = directory_.path() / "include";
  fs::path base_;
  std::vector<std::string> flags_;
  compiler::IncludedText included_;
  CompletedText completed_;
  FramedText framed_;
  std::vector<Tracepoint> tracepoints_;
  std::vector<std::string> read_files_;
  fs::path module_;  ///< whose BTF was used
  Answer answer_;
};

}  // namespace

Answer answer(const Request& request) {
  try {
    auto plain = request;
    plain.text = plain_text(std::move(plain.text));
    return Compilation(plain).run();
  } catch (const std::exception& error) {
    Answer failed;
    failed.message = error.what();
    return failed;
  }
}

}  // namespace bccxx::worker
