// Both layouts of pt_regs are part of the kernel's interface for user space and never change.
#include "compiler_worker/registers.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

namespace bccxx::worker {
namespace {

constexpr int word = 8;

constexpr std::array<std::string_view, 21> x86_registers{"r15", "r14",     "r13", "r12", "bp",    "bx", "r11",
                                                         "r10", "r9",      "r8",  "ax",  "cx",    "dx", "si",
                                                         "di",  "orig_ax", "ip",  "cs",  "flags", "sp", "ss"};
constexpr std::array<std::string_view, 6> x86_arguments{"di", "si", "dx", "cx", "r8", "r9"};
constexpr std::array<std::string_view, 6> x86_syscall_arguments{"di", "si", "dx", "r10", "r8", "r9"};

constexpr int arm64_general_registers = 31;
constexpr int arm64_arguments = 8;
constexpr int arm64_syscall_arguments = 6;
constexpr int arm64_first_argument_of_syscall = 34;  // orig_x0, after sp, pc and pstate

/// The context of a syscall's tracepoints: 8 bytes common to all, the number, then the values.
constexpr int first_syscall_value = 2 * word;

template <std::size_t Size>
std::optional<int> index_of(const std::array<std::string_view, Size>& names, std::string_view name) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return static_cast<int>(found - names.begin());
}

/// Which argument a register carries into a function or a system call.
std::optional<int> argument_of(int slot, bool of_syscall, Machine machine) {
  if (machine == Machine::arm64) {
    if (of_syscall && slot == arm64_first_argument_of_syscall) return 0;
    if (slot >= (of_syscall ? arm64_syscall_arguments : arm64_arguments)) return std::nullopt;
    return slot;
  }
  if (slot >= static_cast<int>(x86_registers.size())) return std::nullopt;
  const auto name = x86_registers[static_cast<std::size_t>(slot)];
  if (of_syscall) {
    // PT_REGS_PARM4 reads cx, PT_REGS_PARM4_SYSCALL r10; both mean the fourth argument.
    if (const auto index = index_of(x86_syscall_arguments, name)) return index;
  }
  return index_of(x86_arguments, name);
}

bool is_result(int slot, Machine machine) {
  return machine == Machine::arm64 ? slot == 0 : slot == index_of(x86_registers, "ax");
}

}  // namespace

std::string register_at(int offset, Machine machine) {
  const int slot = offset / word;
  if (machine == Machine::arm64) {
    constexpr std::array<std::string_view, 4> others{"sp", "pc", "pstate", "orig_x0"};
    if (slot < arm64_general_registers) return "regs[" + std::to_string(slot) + "]";
    const auto other = static_cast<std::size_t>(slot - arm64_general_registers);
    if (other < others.size()) return std::string(others[other]);
  } else if (slot < static_cast<int>(x86_registers.size())) {
    return std::string(x86_registers[static_cast<std::size_t>(slot)]);
  }
  return "pt_regs+" + std::to_string(offset);
}

std::optional<int> place_in_context(int offset, compiler::Registers registers, int result_slot, Machine machine) {
  const int slot = offset / word;
  const bool of_syscall = registers == compiler::Registers::syscall_enter;
  const auto argument = argument_of(slot, of_syscall, machine);
  switch (registers) {
    case compiler::Registers::native:
      return offset;
    case compiler::Registers::syscall_enter:
      if (argument) return first_syscall_value + word * *argument;
      break;
    case compiler::Registers::syscall_exit:
      if (is_result(slot, machine)) return first_syscall_value;
      break;
    case compiler::Registers::fentry:
      if (argument) return word * *argument;
      break;
    case compiler::Registers::fexit:  // on arm64, regs[0] is a kprobe's first argument but a kretprobe's result
      if (is_result(slot, machine)) return word * result_slot;
      if (argument && *argument < result_slot) return word * *argument;
      break;
  }
  return std::nullopt;
}

RegisterBlock register_block(compiler::Registers registers, Machine machine) {
  const bool arm64 = machine == Machine::arm64;
  RegisterBlock block;
  block.size = word * (arm64 ? arm64_first_argument_of_syscall + 1 : static_cast<int>(x86_registers.size()));
  // Since 4.17 (x86) and 4.19 (arm64) the function of a system call takes the registers of its caller.
  if (registers == compiler::Registers::syscall_enter) {
    block.inner = arm64 ? 0 : word * *index_of(x86_registers, x86_arguments.front());
  }
  return block;
}

int neutral_result(compiler::Registers registers) {
  return registers == compiler::Registers::fentry || registers == compiler::Registers::fexit ? 0 : 1;
}

const char* hook_of(compiler::Registers registers) {
  switch (registers) {
    case compiler::Registers::native:
      return "a kprobe";
    case compiler::Registers::syscall_enter:
      return "a sys_enter tracepoint";
    case compiler::Registers::syscall_exit:
      return "a sys_exit tracepoint";
    case compiler::Registers::fentry:
      return "fentry";
    case compiler::Registers::fexit:
      return "fexit";
  }
  return "this hook";
}

}  // namespace bccxx::worker
