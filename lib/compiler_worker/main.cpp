// bccxx-cc: the compiler process of the library, and an ahead-of-time compiler for the shell.

#include "compiler_worker/peer/peer.hpp"
#include "compiler_worker/serve.hpp"
#include "support/file.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <fstream>
#include <map>

namespace bccxx::worker {
namespace {

constexpr int exit_wrong_text = 1;
constexpr int exit_usage = 2;
constexpr int exit_failure = 3;

int serve() {
  exit_with_peer(compiler::protocol_fd);
  const auto request = compiler::decode_request(receive_message(compiler::protocol_fd));
  send_message(compiler::protocol_fd, compiler::encode(answer(request)));
  return 0;
}

void print(const Diagnostic& diagnostic) { fmt::print(stderr, "{}\n", to_string(diagnostic)); }

int complain(const std::string& message) {
  fmt::print(stderr, "bccxx-cc: {} (bccxx-cc --help lists the options)\n", message);
  return exit_usage;
}

/// "native", "syscall-enter", "syscall-exit", "fentry" or "fexit:N".
bool parse_registers(const std::string& text, compiler::Request& request) {
  static const std::map<std::string, compiler::Registers> names = {
      {"native", compiler::Registers::native},
      {"syscall-enter", compiler::Registers::syscall_enter},
      {"syscall-exit", compiler::Registers::syscall_exit},
      {"fentry", compiler::Registers::fentry},
  };
  if (const auto found = names.find(text); found != names.end()) {
    request.registers = found->second;
    return true;
  }
  if (text.size() != 7 || text.compare(0, 6, "fexit:") != 0 || text[6] < '0' || text[6] > '9') return false;
  request.registers = compiler::Registers::fexit;
  request.fexit_arguments = text[6] - '0';
  return true;
}

void write_object(const std::string& path, const std::vector<std::byte>& bytes) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  const bool opened = file.is_open();
  file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (file) return;
  const int code = errno;
  std::error_code ignored;
  // Half an object is none. What could not be opened is whole, and may be the user's last good one.
  if (opened && std::filesystem::is_regular_file(path, ignored)) {
    std::filesystem::remove(std::filesystem::canonical(path, ignored), ignored);
  }
  throw std::runtime_error(fmt::format("write {}: {}", path, std::strerror(code)));
}

/// Programs that read a register this hook lacks: a warning each, errors when that leaves no probe that can run.
bool report_missing_registers(const std::vector<std::byte>& bytes) {
  const auto object = object::Object::parse(bytes);
  bool any_missing = false;
  bool any_runs = false;
  for (const auto& program : object.programs()) {
    any_missing = any_missing || !program.missing_registers.empty();
    any_runs = any_runs || program.missing_registers.empty();
  }
  for (const auto& program : object.programs()) {
    for (auto read : program.missing_registers) {
      read.severity = any_runs ? Severity::warning : Severity::error;
      print(read);
    }
  }
  return any_runs || !any_missing;
}

struct Arguments {
  std::string source;
  std::string output;
  std::vector<std::string> defines;
  std::vector<std::string> includes;
  std::string headers = "auto";
  std::string registers = "native";
  std::string btf;
  std::string kernel_headers;
};

void describe(CLI::App& app, Arguments& arguments) {
  app.set_version_flag("--version", "bccxx-cc " BCCXX_VERSION);
  app.footer(
      "Exit status: 0 the object is written, 1 the text is wrong, 2 the command line is wrong, 3 anything else.\n"
      "Messages go to standard error, one a line: FILE:LINE:COLUMN: error: MESSAGE.");
  app.add_option("source", arguments.source, "BPF C text")->required()->check(CLI::ExistingFile);
  app.add_option("-o,--output", arguments.output, "the object to write (default: prog.bpf.o for prog.c or prog.bpf.c)");
  app.add_option("-D", arguments.defines, "define a macro")->allow_extra_args(false);
  app.add_option("-I", arguments.includes, "search a directory for includes")->allow_extra_args(false);
  app.add_option("--headers", arguments.headers, "where kernel types come from")
      ->check(CLI::IsMember({"auto", "btf", "kernel"}));
  app.add_option("--btf", arguments.btf, "a BTF file instead of the running kernel's")->check(CLI::ExistingFile);
  app.add_option("--kernel-headers", arguments.kernel_headers, "installed kernel headers")
      ->check(CLI::ExistingDirectory);
  app.add_option("--registers", arguments.registers,
                 "what struct pt_regs stands for: native, syscall-enter, syscall-exit, fentry or fexit:N");
}

/// prog.c and prog.bpf.c both make prog.bpf.o.
std::string default_output(std::filesystem::path source) {
  source.replace_extension();
  if (source.extension() == ".bpf") source.replace_extension();
  return source.string() + ".bpf.o";
}

int compile(const Arguments& arguments) {
  compiler::Request request;
  if (!parse_registers(arguments.registers, request)) {
    return complain(fmt::format("--registers: {} is none of native, syscall-enter, syscall-exit, fentry, fexit:N",
                                arguments.registers));
  }
  const std::filesystem::path source = arguments.source;
  request.text = support::read_file(arguments.source);
  request.file_name = arguments.source;
  request.directory = source.has_parent_path() ? source.parent_path() : ".";
  // From the shell, -I is relative to where the shell is, not to the source.
  for (const auto& define : arguments.defines) request.cflags.push_back("-D" + define);
  for (const auto& include : arguments.includes) {
    request.cflags.push_back("-I" + std::filesystem::absolute(include).string());
  }
  if (arguments.headers == "btf") request.headers = compiler::Headers::btf;
  if (arguments.headers == "kernel") request.headers = compiler::Headers::kernel;
  request.btf = arguments.btf;
  request.kernel_tree = arguments.kernel_headers;

  const auto answered = answer(request);
  for (const auto& diagnostic : answered.diagnostics) print(diagnostic);
  if (answered.status == compiler::Answer::Status::compile_error) return exit_wrong_text;
  if (answered.status == compiler::Answer::Status::failure) {
    fmt::print(stderr, "bccxx-cc: {}\n", answered.message);
    return exit_failure;
  }
  if (!report_missing_registers(answered.object)) return exit_wrong_text;
  write_object(arguments.output.empty() ? default_output(source) : arguments.output, answered.object);
  return 0;
}

/// CLI11 complains of a missing source before it does of an option that it does not know.
std::string unknown_option(const CLI::App& app) {
  for (const auto& word : app.remaining()) {
    if (!word.empty() && word.front() == '-') return fmt::format("{}: no such option; ", word);
  }
  return {};
}

int run(int argc, char** argv) {
  if (argc == 2 && std::strcmp(argv[1], compiler::serve_option) == 0) return serve();
  CLI::App app("Compile BPF C in bcc's dialect to an object that libbpf and bpftool load.", "bccxx-cc");
  Arguments arguments;
  describe(app, arguments);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);
    return complain(unknown_option(app) + error.what());
  }
  return compile(arguments);
}

}  // namespace
}  // namespace bccxx::worker

int main(int argc, char** argv) {
  try {
    return bccxx::worker::run(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "bccxx-cc: {}\n", error.what());
    return bccxx::worker::exit_failure;
  }
}
