// Instructions as they were recorded; what only libbcc understands in them is put into an object's words.

#include "compiler_worker/libbcc/program_images.hpp"

#include "compiler_worker/code_edit.hpp"
#include "compiler_worker/context_reads.hpp"
#include "compiler_worker/libbcc/recording.hpp"
#include "compiler_worker/libbcc/text_problem.hpp"
#include "compiler_worker/line_map.hpp"
#include "compiler_worker/map_calls.hpp"
#include "compiler_worker/registers.hpp"
#include "compiler_worker/text_frame.hpp"
#include "compiler_worker/type_carrier.hpp"
#include "object/context.hpp"
#include "object/section_names.hpp"
#include "support/file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <regex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace bccxx::worker {
namespace {

/// Programs compiled for another pt_regs are of another kind than their name says.
std::string section_override(const object::ProgramSpec& hint, compiler::Registers registers) {
  const bool unnamed = hint.probe == object::ProbeKind::none && hint.context == "pt_regs";
  const bool entry = unnamed || hint.probe == object::ProbeKind::kprobe;
  const bool exit = unnamed || hint.probe == object::ProbeKind::kretprobe;
  const auto call = std::regex_replace(hint.target, std::regex("^(__(x64|arm64|s390x|riscv)_)?sys_"), "");
  const bool system_call = call != hint.target;
  switch (registers) {
    case compiler::Registers::native:
      return {};
    case compiler::Registers::syscall_enter:
      return entry && system_call ? "tracepoint/syscalls/sys_enter_" + call : entry ? "tracepoint" : "";
    case compiler::Registers::syscall_exit:
      return exit && system_call ? "tracepoint/syscalls/sys_exit_" + call : exit ? "tracepoint" : "";
    case compiler::Registers::fentry:
      return entry && !unnamed ? "fentry/" + hint.target : "";
    case compiler::Registers::fexit:
      return exit && !unnamed ? "fexit/" + hint.target : "";
  }
  return {};
}

/// Whether libbcc takes a system call's arguments out of their registers for this function: it does for those that
/// declare some. Then its first one is a value, never a pointer to registers.
bool unwrapped_by_libbcc(const std::string& text, const std::string& function) {
  if (!std::regex_search(function, std::regex("^(syscall__|kprobe____x64_sys_)"))) return false;
  return std::regex_search(text, std::regex("\\b" + function + R"(\s*\([^),]*,)"));
}

/// Puts what every path returns in the place of what the text returns there.
void return_always(int value, const std::vector<std::uint64_t>& code, CodeEdit& edit) {
  for (std::size_t at = 0; at < code.size(); ++at) {
    bpf_insn instruction;
    std::memcpy(&instruction, &code[at], sizeof instruction);
    if (instruction.code == (BPF_LD | BPF_DW | BPF_IMM)) ++at;
    if (instruction.code != (BPF_JMP | BPF_EXIT)) continue;
    edit.replace(at, {{BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, value}, instruction});
  }
}

void apply(const CodeEdit& edit, object::ProgramImage& program) {
  const auto positions = edit.apply(program.code);
  for (auto& line : program.lines) line.instruction = static_cast<std::uint32_t>(positions.at(line.instruction));
  for (auto& reference : program.references) reference.instruction = positions.at(reference.instruction);
}

RewrittenLog log_of(const TranslateRequest& request) {
  return split_log(support::read_file("/proc/self/fd/" + std::to_string(request.log_fd)), request.line_offset);
}

class Programs {
 public:
  Programs(const TranslateRequest& request, const MapImages& maps, const btf* types)
      : request_(request),
        maps_(maps),
        types_(types),
        lines_(request.text, log_of(request).rewritten),
        text_lines_(split_lines(request.text)) {}

  object::ProgramImage make(const RecordedProgram& recorded, const std::string& name) const {
    object::ProgramImage program;
    program.spec.name = name;
    const auto hint = object::hint_from_function(name);
    program.spec.probe = hint.probe;
    program.spec.target = hint.target;
    program.code.resize(recorded.code.size());
    std::memcpy(program.code.data(), recorded.code.data(), recorded.code.size() * sizeof(bpf_insn));
    if (types_ != nullptr && !recorded.functions.empty()) {
      program.function_type = recorded.functions.front().type_id;
      program.spec.context = object::context_of(types_, program.function_type);
    }
    program.spec.section = section_override(program.spec, request_.registers);
    for (const auto& line : recorded.lines) add_line(line, program);
    find_references(recorded.code, program);
    move_registers(program);
    return program;
  }

 private:
  /// Compiled for the machine's registers, as every text compiles; then moved to where the hook has their values.
  void move_registers(object::ProgramImage& program) const {
    const auto& context = program.spec.context;
    const bool reads_registers = context.empty() || context == "void" || context == "pt_regs";
    if (request_.registers == compiler::Registers::native || !reads_registers) return;
    const auto place = [this](int offset) {
      return place_in_context(offset, request_.registers, request_.fexit_arguments, this_machine);
    };
    auto block = register_block(request_.registers, this_machine);
    if (unwrapped_by_libbcc(request_.text, program.spec.name)) block.inner.reset();
    CodeEdit edit;
    for (const auto& read : move_context_reads(program.code, place, block, edit)) {
      const auto what = read.offset ? fmt::format("the register {}, which {} does not have",
                                                  register_at(*read.offset, this_machine), hook_of(request_.registers))
                                    : std::string("registers in a way that cannot be followed");
      auto message = fmt::format("{} reads {}", program.spec.name, what);
      auto& missing = program.spec.missing_registers;
      Diagnostic problem{request_.file_name, line_at(program, read.instruction), 0, Severity::error,
                         std::move(message)};
      const bool known = std::any_of(missing.begin(), missing.end(), [&](const Diagnostic& other) {
        return other.line == problem.line && other.message == problem.message;
      });
      if (!known) missing.push_back(std::move(problem));
    }
    return_always(neutral_result(request_.registers), program.code, edit);
    apply(edit, program);
  }

  void find_references(const std::vector<bpf_insn>& code, object::ProgramImage& program) const {
    for (std::size_t i = 0; i < code.size(); ++i) {
      if (code[i].code == (BPF_JMP | BPF_CALL) && code[i].src_reg == BPF_PSEUDO_CALL) {
        throw TextProblem(line_at(program, i), what_call_is_wrong(program.spec.name, line_at(program, i)));
      }
      if (code[i].code != (BPF_LD | BPF_DW | BPF_IMM)) continue;
      if (code[i].src_reg == BPF_PSEUDO_MAP_FD) {
        program.references.push_back({i, map_index(code[i].imm, program.spec.name)});
      } else if (code[i].src_reg == 0 && code[i + 1].imm == (code[i].imm < 0 ? -1 : 0)) {
        // Only a symbol's address takes this form for a number this small, and libbcc leaves symbols unresolved.
        throw TextProblem(
            line_at(program, i),
            fmt::format(
                "{} uses a global or static variable, a map as a pointer, a string in memory or the address of a "
                "function, which bcc's dialect does not have",
                program.spec.name));
      }
      ++i;
    }
  }

  std::string what_call_is_wrong(const std::string& program, int line) const {
    const auto index = static_cast<std::size_t>(line) - 1;
    const auto text = line > 0 && index < text_lines_.size() ? text_lines_[index] : std::string_view();
    if (text.find("bpf_usdt_readarg") != std::string_view::npos) {
      return fmt::format(
          "{} reads an argument of a USDT probe, and none of the probes enabled for that very function has "
          "an argument of that number",
          program);
    }
    return fmt::format(
        "{} calls a function that is neither a helper of the kernel nor inlined from the text, which bcc's "
        "dialect does not have",
        program);
  }

  std::size_t map_index(int number, const std::string& program) const {
    const auto named = static_cast<std::size_t>(number - first_named_map);
    if (number >= first_named_map && named < request_.named_maps.size()) {
      if (const auto found = maps_.find(request_.named_maps[named])) return *found;
    }
    const auto found = maps_.find(number);
    if (!found) throw std::runtime_error(program + " uses a map libbcc never made");
    return *found;
  }

  static int line_at(const object::ProgramImage& program, std::size_t instruction) {
    std::uint32_t line = 0;
    for (const auto& known : program.lines) {
      if (known.instruction <= instruction) line = known.line;
    }
    return static_cast<int>(line);
  }

  void add_line(const bpf_line_info& info, object::ProgramImage& program) const {
    object::SourceLine line;
    line.instruction = info.insn_off;
    line.file = btf__name_by_offset(types_, info.file_name_off);
    line.line = BPF_LINE_INFO_LINE_NUM(info.line_col);
    line.column = BPF_LINE_INFO_LINE_COL(info.line_col);
    if (line.file == text_name) {
      const int rewritten = static_cast<int>(line.line) - request_.line_offset;
      const int original = lines_.original_line(rewritten);
      if (original != 0) {
        line.file = request_.file_name;
        line.line = static_cast<std::uint32_t>(original);
        line.column = static_cast<std::uint32_t>(lines_.original_column(rewritten, static_cast<int>(line.column)));
        line.text = text_lines_[static_cast<std::size_t>(original) - 1];
      } else {
        // Inlined from a header; the line the code was inlined into says more. The first record must stay.
        if (!program.lines.empty()) return;
        line.file = request_.file_name;
        line.line = line.column = 0;
      }
    } else {
      line.text = btf__name_by_offset(types_, info.line_off);
      line.file = readable_name(line.file, request_.places);
    }
    program.lines.push_back(std::move(line));
  }

  const TranslateRequest& request_;
  const MapImages& maps_;
  const btf* types_;
  LineMap lines_;
  std::vector<std::string_view> text_lines_;
};

}  // namespace

std::vector<object::ProgramImage> make_program_images(const ebpf::BPFModule& module, const TranslateRequest& request,
                                                      const MapImages& maps, const btf* types) {
  const Programs programs(request, maps, types);
  std::vector<object::ProgramImage> images;
  for (std::size_t i = 0; i < module.num_functions(); ++i) {
    if (module.function_name(i) == type_carrier_name) continue;
    images.push_back(programs.make(recording().programs[i], module.function_name(i)));
  }
  return images;
}

}  // namespace bccxx::worker
